"""Searching the catalogue: what is found, in which order, page by page, and at what cost."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest

from app import app
from functions.composition import use
from miaoban.catalogue.errors import EntryNotFoundError
from miaoban.catalogue.ranking import Place, cursor_at, place_at
from miaoban.catalogue.shelf import PART_ROWS, Row, packed, unpacked, words_of
from miaoban.identifiers import MatterCode, RegionCode
from miaoban.memory import MemoryStore
from miaoban.operations.editions import publish
from miaoban.operations.searching import PAGE, Hit, Question, read_entry, search
from miaoban.operations.services import Services
from miaoban.operations.shelves import HELD
from miaoban.ports import CursorError
from tests import kit
from tests.captured import captured
from tests.yard import COUNTY, Yard, file_of, item
from tools.generate import lines, organ, places

CITY, PROVINCE, OTHER, STREET = "211200", "210000", "211282", "211281102"


def entry(name: str, number: int, region: str = COUNTY, level: str = "4", **changes: Any) -> dict[str, Any]:
    uscc = organ(region[:6], 7)
    code = f"{uscc}{level}00109800{number:04}01"
    return item(region, level, name=name, code=code, organ={"uscc": uscc, "name": "示例机关"}, **changes)


ITEMS = [
    entry("粮食收购企业备案", 1),
    entry("粮食收购企业备案变更", 2),
    entry("粮食经营统计", 3),
    entry("收购发票领用", 4),
    entry("粮食收购企业备案", 1, CITY, "3"),
    entry("粮食收购企业备案", 1, PROVINCE, "2"),
    entry("粮食收购企业备案", 1, OTHER),
    entry("粮食收购企业备案", 9, STREET, "5"),
    entry("社会团体成立登记", 5, audience=["4"]),
    entry("低保", 6, audience=["1"]),
    entry("过期的事项", 7, valid_until="2024-12-31"),
    entry("将来的事项", 8, valid_from="2030-01-01"),
    entry("取消的事项", 10, status="cancelled"),
    entry("暂停的事项", 11, status="suspended"),
]


@pytest.fixture(scope="module")
def store() -> MemoryStore:
    yard = Yard()
    went = yard.bring(file_of(*ITEMS))
    assert went.counts.written == len(ITEMS)
    return yard.store


def asked(store: MemoryStore, words: str = "", region: str | None = COUNTY, **more: Any) -> list[tuple[str, str | None]]:
    code = more.pop("code", None)
    question = Question(words, RegionCode(region) if region else None, code=MatterCode(code) if code else None, **more)
    hits, _ = search(kit.services(store), question, None)
    return [(hit.name, hit.region) for hit in hits]


NAME = "粮食收购企业备案"
FOUND = [
    (
        "粮食收购企业备案",
        {},
        [(NAME, COUNTY), (f"{NAME}变更", COUNTY), (NAME, CITY), (NAME, STREET), (NAME, PROVINCE)],
        "the county's own, the shorter name first, then a level up, a level down, two levels up; no neighbour",
    ),
    (
        "粮食 统计",
        {},
        [("粮食经营统计", COUNTY)],
        "two words, both in the name, before names with one",
    ),
    ("备案变更", {}, [(f"{NAME}变更", COUNTY)], "a word is a piece of a name"),
    ("收购粮食的备案", {"region": OTHER}, [(NAME, OTHER), (NAME, CITY), (NAME, PROVINCE)], "in another order of words"),
    ("低保", {}, [("低保", COUNTY)], "a short name"),
    ("保", {}, [("低保", COUNTY)], "a single character"),
    ("ＸＹ", {}, [], "nothing has it"),
    ("社会团体设立", {"audience": "4"}, [("社会团体成立登记", COUNTY)], "half of the bigrams are enough"),
    ("登记", {"audience": "1"}, [], "not for this audience"),
    ("事项", {}, [("暂停的事项", COUNTY)], "neither cancelled, nor over, nor to come; suspended says so"),
    ("备案", {"region": STREET}, [(NAME, STREET), (NAME, COUNTY)], "a street's own first"),
    (NAME, {"region": None}, [(NAME, PROVINCE)], "no region is the province"),
    (NAME, {"region": "210100"}, [(NAME, PROVINCE)], "another city has what the province does"),
    ("", {"code": "001098000001"}, [(NAME, COUNTY), (NAME, CITY), (NAME, PROVINCE)], "a basic code, at all levels"),
    ("", {"code": ITEMS[0]["code"], "region": None}, [(NAME, COUNTY)], "33 characters say where"),
    ("", {"code": ITEMS[0]["code"][:31], "region": None}, [(NAME, COUNTY)], "31 are all ways to handle it"),
    ("", {"code": ITEMS[0]["code"], "region": OTHER}, [], "a code of another county"),
]


@pytest.mark.parametrize(("words", "more", "found", "reason"), FOUND, ids=[reason for *_, reason in FOUND])
def test_found(store: MemoryStore, words: str, more: dict[str, Any], found: list[tuple[str, str]], reason: str) -> None:
    first = asked(store, words, **more)[: len(found) or None]
    assert first == found, reason


def test_without_words_a_region_lists_what_holds_in_it(store: MemoryStore) -> None:
    told = asked(store)
    assert len(told) == 10
    assert (NAME, OTHER) not in told


def every_page(found: Services, question: Question) -> Iterator[Hit]:
    cursor: str | None = None
    while True:
        hits, cursor = search(found, question, cursor)
        assert len(hits) <= PAGE
        yield from hits
        if cursor is None:
            return


def test_pages_list_everything_once_in_one_order() -> None:
    yard = Yard()
    yard.bring(b"".join(lines(700, "2112")))
    question = Question(region=RegionCode("211224"))
    hits = list(every_page(kit.services(yard.store), question))
    mine = [code for code, entry in yard.entries().items() if str(entry.region).startswith(("211224", "211200"))]
    assert sorted(hit.code for hit in hits) == sorted(mine)
    assert len(hits) > 3 * PAGE


def test_a_cursor_belongs_to_its_question(store: MemoryStore) -> None:
    place = Place(partial=False, bigrams=-2, distance=1, length=8, code="c")
    assert place_at(cursor_at(place, "q"), "q") == place
    for cursor in (cursor_at(place, "other"), "", "x", "W10", cursor_at(place, "q")[:-2]):
        with pytest.raises(CursorError):
            search(kit.services(store), Question("粮食", RegionCode(COUNTY)), cursor)


def test_a_published_matter_is_found_beside_the_items_and_before_them(store: MemoryStore) -> None:
    found = kit.services(MemoryStore(store.items.values()))
    publish(found, kit.edition(), found.now())
    hits, _ = search(found, Question("粮食收购企业备案", RegionCode(COUNTY)), None)
    assert [(hit.kind, hit.code) for hit in hits[:2]] == [("matter", kit.GRAIN), ("item", ITEMS[0]["code"])]
    assert hits[0].audience == ("2",), "in the code of the standard, as guide items have it"


def test_a_matter_published_later_is_found_within_a_minute() -> None:
    clock = kit.Clock()
    found = kit.services(MemoryStore(), clock=clock)
    question = Question("粮食", RegionCode(COUNTY))
    assert search(found, question, None)[0] == ()
    publish(found, kit.edition(), found.now())
    clock.advance(seconds=61)
    assert [hit.kind for hit in search(found, question, None)[0]] == ["matter"]


def test_a_search_of_what_is_held_takes_two_reads_and_no_query(store: MemoryStore) -> None:
    watched = kit.CountingStore(store)
    found = kit.services(watched)
    question = Question("粮食", RegionCode(COUNTY))
    search(found, question, None)
    watched.reads = watched.queries = 0
    assert search(found, question, None)[0]
    assert (watched.reads, watched.queries) == (2, 0)


def test_an_item_that_changes_is_found_by_its_new_name_by_a_process_that_held_the_old() -> None:
    yard = Yard()
    yard.bring(file_of(entry("旧的名称", 1)))
    found = kit.services(yard.store)
    assert search(found, Question("旧的", RegionCode(COUNTY)), None)[0]
    yard.bring(file_of(entry("新的名称", 1, version=3)))
    assert search(found, Question("旧的", RegionCode(COUNTY)), None)[0] == ()
    assert search(found, Question("新的", RegionCode(COUNTY)), None)[0]


def test_a_process_holds_so_many_shelves_and_no_more() -> None:
    yard = Yard()
    yard.bring(b"".join(lines(800)))
    found = kit.services(yard.store)
    for place in places()[:60]:
        search(found, Question("备案", RegionCode(place.code)), None)
    assert len(found.shelves) == HELD


def test_a_shelf_is_packed_and_unpacked_in_parts() -> None:
    rows = [Row(f"{number:033}", f"名称{number}", COUNTY, "12", "2024-01-01", "") for number in range(PART_ROWS + 1)]
    digest, parts = packed(rows)
    assert len(parts) == 2
    assert unpacked(parts).rows == rows
    assert packed(rows[:-1])[0] != digest
    assert max(map(len, parts)) < 390_000, "an item of DynamoDB"


def test_a_question_is_cut_and_compared_as_names_are() -> None:
    assert words_of("ＡＢ（ａ）").words == ("ab(a)",)
    assert len(words_of("粮" * 10_000).words[0]) == 60


def test_an_item_is_read_by_its_code_in_one_read(store: MemoryStore) -> None:
    watched = kit.CountingStore(store)
    assert read_entry(kit.services(watched), ITEMS[0]["code"]).name == NAME
    assert (watched.reads, watched.queries) == (1, 0)


@pytest.mark.parametrize("code", ["", "x", "001098000001", ITEMS[0]["code"][:-2] + "99", "1" * 5000])
def test_an_item_that_is_not_there(store: MemoryStore, code: str) -> None:
    with pytest.raises(EntryNotFoundError):
        read_entry(kit.services(store), code)


class Context:
    """Lambda's context."""

    aws_request_id = "r"


def get(store: MemoryStore, resource: str, path: dict[str, str] | None = None, query: dict[str, str] | None = None,
        role: str = "steward") -> tuple[int, dict[str, Any]]:  # fmt: skip
    """What the API answers."""
    principal = json.dumps({"subject": "s", "roles": [role], "region": COUNTY})
    called = {"httpMethod": "GET", "resourcePath": resource}
    event = {
        "resource": resource,
        "path": resource,
        "httpMethod": "GET",
        "headers": {},
        "multiValueQueryStringParameters": {name: [value] for name, value in (query or {}).items()},
        "queryStringParameters": query,
        "pathParameters": path,
        "requestContext": {**called, "requestId": "r", "authorizer": {"principal": principal}},
        "stageVariables": None,
        "body": None,
        "isBase64Encoded": False,
    }
    with use(kit.services(store)), captured("api"):
        answer = app(event, Context())
    return answer["statusCode"], json.loads(answer["body"])


def test_the_api_searches_and_serves(store: MemoryStore) -> None:
    status, body = get(store, "/v1/catalogue", query={"words": "粮食收购", "region": COUNTY, "audience": "2"})
    assert (status, body["items"][0]["name"], body["items"][0]["organ"]) == (200, NAME, "示例机关")
    status, body = get(store, "/v1/catalogue/{code}", {"code": ITEMS[0]["code"]})
    assert (status, body["version"], date.fromisoformat(body["valid_from"])) == (200, 2, date(2024, 1, 1))


WRONG = [
    ("/v1/catalogue", {}, {"region": "21"}, 422, "a region that is none"),
    ("/v1/catalogue", {}, {"code": "1"}, 422, "a code that is none"),
    ("/v1/catalogue", {}, {"cursor": "x"}, 400, "a cursor that is none"),
    ("/v1/catalogue/{code}", {"code": "1"}, {}, 404, "an item that is not there"),
    ("/v1/imports/{import}", {"import": "x"}, {}, 404, "an import that is not there"),
]


@pytest.mark.parametrize(("resource", "path", "query", "status", "reason"), WRONG)
def test_the_api_says_what_is_wrong(
    store: MemoryStore, resource: str, path: dict[str, str], query: dict[str, str], status: int, reason: str
) -> None:
    answered, body = get(store, resource, path, query)
    assert answered == status, reason
    assert body["detail"]


def test_a_steward_sees_imports_and_nobody_else(store: MemoryStore) -> None:
    status, body = get(store, "/v1/imports")
    (went,) = body["items"]
    assert (status, went["state"], went["counts"]["written"]) == (200, "finished", len(ITEMS))
    assert datetime.fromisoformat(went["started_at"])
    assert get(store, "/v1/imports/{import}", {"import": went["id"]})[1]["lines"] == []
    assert get(store, "/v1/imports", role="supervisor")[0] == 403
