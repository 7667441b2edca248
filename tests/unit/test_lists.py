"""The five public lists: what stands on each, and what does not."""

import pytest

from benchmarks.generated import Catalogue, Size
from miaoban.catalogue.codes import AUDIENCES, CHANNELS, LEVELS, NATURES, TYPES
from miaoban.catalogue.condition import Effect
from miaoban.catalogue.lists import LISTS, rows_of
from miaoban.catalogue.publication import Edition
from tests import kit, made
from tools.folders import edition_of, folders

SHIPPED = [edition_of(folder) for folder in folders()]
MADE = list(Catalogue(Size(8, 20, 40, 40, 30)).editions())
LATER = {"n": 10, "unit": "working-day", "start": "submission"}


def rows(code: str, *editions: object) -> list[tuple[str, ...]]:
    return list(rows_of(LISTS[code], editions or [kit.edition()]))  # type: ignore[arg-type]


def test_there_are_five() -> None:
    assert list(LISTS) == ["powers", "paths", "compliant", "forbidden", "tolerant"]


@pytest.mark.parametrize("code", LISTS)
def test_every_row_fills_its_columns_and_begins_with_the_matter(code: str) -> None:
    found = rows(code, *SHIPPED, *MADE)
    assert {len(row) for row in found} <= {len(LISTS[code].columns)}
    names = {edition.matter.name for edition in (*SHIPPED, *MADE)}
    assert {row[0] for row in found} <= names
    assert all(all(row) for row in found), "no empty cell"


@pytest.mark.parametrize("edition", SHIPPED, ids=lambda edition: edition.matter.code)
def test_every_code_of_a_shipped_matter_has_a_word(edition: Edition) -> None:
    matter = edition.matter
    assert set(matter.audience) <= AUDIENCES.keys()
    assert set(matter.guide.channels) <= CHANNELS.keys()
    assert (matter.type in TYPES, matter.level in LEVELS, matter.nature in NATURES) == (True, True, True)


FACTS = [
    ("powers", "211098009001", "the basic code"),
    ("powers", "企业", "the audience in words"),
    ("powers", "调兵山市发展和改革局", "every organ, those of the regions too"),
    ("paths", "申请 → 核验和决定 → 送达", "the steps"),
    ("paths", "7 → 1", "materials before and after exemption"),
    ("paths", "10", "situations"),
    ("compliant", "请上传仓房租赁合同。", "the cure of a correction"),
    ("compliant", "照常办理，告知监察", "flags are told too"),
    ("forbidden", "《粮食流通管理条例》第九条第二款", "the article"),
    ("forbidden", "主体已注销、吊销或者被撤销登记，不再具备备案主体资格。", "what is refused"),
]


@pytest.mark.parametrize(("code", "text", "reason"), FACTS, ids=[f"{row[0]}: {row[2]}" for row in FACTS])
def test_what_stands_on_a_list(code: str, text: str, reason: str) -> None:
    assert any(text in cell for row in rows(code) for cell in row), reason


def test_only_refusals_and_redirections_are_forbidden() -> None:
    told = {row[1] for row in rows("forbidden")}
    conditions = kit.edition().matter.conditions
    assert told == {found.id for found in conditions if found.otherwise in {Effect.REFUSE, Effect.REDIRECT}}


def test_only_what_may_come_later_is_tolerant() -> None:
    parts = {
        "plan": made.material("平面图", necessity="3", later=LATER),
        "vague": made.material("说明", necessity="3"),
        "form": made.material("申请表"),
    }
    found = rows("tolerant", made.edition(materials=parts))
    assert [(row[1], row[3]) for row in found] == [("平面图", "10 个工作日"), ("说明", "没有写明，请补充 later")]
    assert rows("tolerant") == []
