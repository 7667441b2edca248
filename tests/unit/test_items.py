"""Items decided side by side, and limits that answers shorten: what they come to, and what is refused when they are wrong."""

from collections.abc import Callable
from typing import Any

import pytest

from miaoban.calendar import add_working_days
from miaoban.catalogue.compiled import compile_edition
from miaoban.catalogue.condition import Basis
from miaoban.catalogue.errors import CatalogueError
from miaoban.catalogue.folder import read_edition
from miaoban.catalogue.guidance import guide_of
from miaoban.catalogue.items import Item, chosen, ends
from miaoban.catalogue.lists import LISTS
from miaoban.catalogue.markdown import markdown
from miaoban.catalogue.notice import notice_of
from miaoban.catalogue.regions import Varying
from miaoban.catalogue.situations import select
from miaoban.operations.handing import expire
from miaoban.operations.services import law_date
from miaoban.operations.submit import Application, submit
from tests import kit
from tools.folders import texts_of

STAGE, PERMIT = "construction-land-use", "construction-permit"
FORM, MATTER, CITY = "form.yaml", "matter.yaml", "regions/211200.yaml"


def limit(n: int, **by: dict[str, int]) -> Varying:
    return Varying(n=n, unit="working-day", by=by)


def item(n: int, *after: str, **by: dict[str, int]) -> Item:
    told = {"name": "事项", "department": "planning", "by": "规划部门", "basis": Basis(law="示例法", article="第一条")}
    return Item(**told, limit=limit(n, **by), after=after)


@pytest.mark.parametrize(
    ("answers", "n", "reason"),
    [
        ({}, 20, "nothing is answered"),
        ({"project": "1"}, 20, "this answer shortens nothing"),
        ({"project": "4"}, 8, "this one does"),
        ({"project": "4", "fire": "special"}, 8, "the shortest of two"),
        ({"project": "1", "fire": "special"}, 15, "the other question"),
    ],
)
def test_answers_shorten_a_limit(answers: dict[str, str], n: int, reason: str) -> None:
    assert limit(20, project={"4": 8}, fire={"special": 15}).on(answers).n == n, reason


@pytest.mark.parametrize(
    ("items", "last", "reason"),
    [
        ({"a": item(5)}, 5, "one"),
        ({"a": item(5), "b": item(9), "c": item(2)}, 9, "side by side: the longest, not the sum"),
        ({"a": item(5), "b": item(9, "a")}, 14, "one after the other: their sum"),
        ({"c": item(2, "a", "b"), "a": item(5), "b": item(9)}, 11, "after the latest of two, in whatever order they stand"),
        ({"a": item(5), "b": item(9, "a", "gone")}, 14, "what is not asked for is not waited for"),
        ({"a": item(5, project={"4": 1}), "b": item(9, "a", project={"4": 3})}, 4, "by the answer"),
    ],
)
def test_items_take_as_long_as_their_longest_path(items: dict[str, Item], last: int, reason: str) -> None:
    assert max(ends(items, {"project": "4"}).values()) == last, reason


def test_only_what_the_form_asks_for_counts() -> None:
    items = {"a": item(5), "b": item(9)}
    assert chosen(items, {"items": ["a"]}).keys() == {"a"}
    assert chosen(items, {}).keys() == {"a", "b"}, "a form without the field asks for all"


FILED = [
    ("1", ["site-opinion", "establishment-approval", "land-permit"], 25, "the city's promise is shorter than the path of 33"),
    ("1", ["site-opinion", "establishment-approval"], 22, "two items, one after the other"),
    ("1", ["site-opinion"], 11, "one item takes its own time"),
    ("1", ["establishment-approval", "land-approval"], 22, "what is not asked for is done already"),
    ("4", ["site-opinion", "establishment-verification", "land-permit"], 8, "the city promises small projects less"),
]


@pytest.mark.parametrize(("project", "items", "days", "reason"), FILED)
def test_a_stage_has_the_time_of_its_items_and_its_type(project: str, items: list[str], days: int, reason: str) -> None:
    name = "01-government.yaml" if project == "1" else "02-type-04.yaml"
    given = kit.examples(STAGE)[name].given
    found = kit.populate(kit.services(), given, STAGE)
    application = Application(
        matter=STAGE, region="211281", situation={"project": project}, form={**given.form, "items": items}
    )
    case = submit(found, application, kit.party(found), "filed")
    assert case["status"] == "reviewing"
    assert case["deadline"] == add_working_days(law_date(kit.NOW), days).isoformat(), reason


def test_who_waited_in_vain_is_handed_over_with_the_same_time() -> None:
    given = kit.examples(STAGE)["06-silent-system.yaml"].given
    found = kit.populate(kit.services(), given, STAGE)
    form = {**given.form, "items": ["site-opinion"]}
    application = Application(matter=STAGE, region="211281", situation=given.situation, form=form)
    case = submit(found, application, kit.party(found), "filed")
    assert case["status"] == "waiting"
    later = add_working_days(law_date(kit.NOW), 2)
    handed = expire(found, case["case"], kit.NOW.replace(day=later.day))
    assert handed.deadline == add_working_days(later, 11)


def test_the_guide_and_the_notice_tell_the_time_of_each_situation_and_of_each_item() -> None:
    edition = kit.edition(PERMIT)
    page = guide_of(edition, "211281")
    assert (page.limits.statutory, page.limits.promised) == ("45 个工作日", "27 个工作日")
    assert {part.limit for part in page.situations} == {"27 个工作日", "10 个工作日"}
    (permit,) = (part for part in page.items if part.code == "construction-permit")
    assert (permit.by, permit.limit, permit.basis) == ("住房城乡建设部门", "7 个工作日", "《中华人民共和国建筑法》第八条")
    assert "施工图联合审查（建筑、消防、人防、防雷）" in permit.after
    assert "| 建筑工程施工许可证 | 住房城乡建设部门 | 7 个工作日 |" in markdown(page)
    (path,) = LISTS["paths"].rows(edition)
    assert "27 个工作日" in path, "the public list says the same"
    told = notice_of(edition, {"project": "4", "fire": "ordinary"})
    assert "承诺办结时限：27 个工作日。" in told.sentences


@pytest.mark.parametrize("stage", ["land-use", "planning", "permit", "completion"])
def test_no_situation_of_a_stage_is_promised_more_than_its_limits(stage: str) -> None:
    edition = kit.edition(f"construction-{stage}")
    matter = edition.matter
    for plan in compile_edition(edition).plans:
        situation = select(matter, plan.answers)
        for limits in (matter.limits, matter.limits_in("211281")):
            path = max(ends(situation.items, plan.answers).values())
            found = situation.limits(limits, {}).promised.n
            assert found == min(limits.promised.on(plan.answers).n, path)
            assert found <= 45


def swap(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text, f"nothing to change: {old}"
        return text.replace(old, new, 1)

    return change


BAD: list[tuple[str, Callable[[str], str], str, str]] = [
    (MATTER, swap("promised: {n: 33", "promised: {n: 46"), "promised 的 46 比法定时限 45 长", "a promise longer than the law"),
    (
        MATTER,
        swap("n: 45, unit: working-day,", "n: 32, unit: natural-day,"),
        "promised 的 33 比法定时限 32 长",
        "working days are longer than days",
    ),
    (
        MATTER,
        swap(
            "{n: 45, unit: working-day, start: submission}",
            '{n: 45, unit: working-day, start: submission, by: {project: {"4": 20}}}',
        ),
        "promised 的 33 比法定时限 20 长",
        "longer than the law for one answer",
    ),
    (MATTER, swap("limit: {n: 11", "limit: {n: 24"), "要到第 46 天才能办完，比法定时限 45 长", "a path longer than the law"),
    (MATTER, swap("limit: {n: 11, unit: working-day}", "limit: {n: 11, unit: natural-day}"), "用同一单位", "units mixed"),
    (
        MATTER,
        swap("after: [site-opinion]", "after: [site-opinon]"),
        "没有 site-opinon 这个事项（是不是 site-opinion？）",
        "after",
    ),
    (
        MATTER,
        swap("    limit: {n: 11, unit: working-day}\n", "    limit: {n: 11, unit: working-day}\n    after: [land-permit]\n"),
        "的 after 互相等待",
        "a circle",
    ),
    (
        MATTER,
        swap("name: 建设用地规划许可证\n", "name: 用地许可\n"),
        "form.yaml：.*不同的有 land-permit",
        "other names in the form",
    ),
    (FORM, swap("      land-permit: 建设用地规划许可证\n", ""), "form.yaml：.*不同的有 land-permit", "not offered"),
    (MATTER, swap("    by: 自然资源部门\n", ""), "matter.yaml：.*items.site-opinion.by 缺少这一项", "nobody named"),
    (MATTER, swap("department: development-reform", "department: 发改委"), "department 应当是部门代码", "no officer has it"),
    (MATTER, swap("    by: 自然资源部门\n", "    days: 3\n"), "items.site-opinion", "a key that means nothing"),
    (MATTER, swap('when: "situation.project in', 'when: "situation.projekt in'), "situation.projekt 不能用", "when"),
    (CITY, swap('by: {project: {"4": 8}}', 'by: {project: {"4": 26}}'), f"{CITY}：.*只能缩短，4 比 25 长", "by lengthens"),
    (CITY, swap('by: {project: {"4": 8}}', 'by: {project: {"11": 8}}'), f"{CITY}：.*没有 11 这个选项", "no such answer"),
    (CITY, swap('by: {project: {"4": 8}}', 'by: {projekt: {"4": 8}}'), f"{CITY}：.*没有 projekt 这个问题", "no such question"),
    (
        MATTER,
        swap(
            "promised: {n: 33, unit: working-day, start: submission}",
            'promised: {n: 33, unit: working-day, start: submission, by: {project: {"6": 20}}}',
        ),
        f"{CITY}：.*上级（project 为 6）是 20",
        "a region longer than what it inherits for one answer",
    ),
]


@pytest.mark.parametrize(("file", "change", "says", "reason"), BAD)
def test_a_limit_or_an_item_that_is_wrong_is_one_sentence(file: str, change: Any, says: str, reason: str) -> None:
    texts = dict(texts_of(kit.ROOT / "matters" / STAGE))
    texts[file] = change(texts[file])
    with pytest.raises(CatalogueError, match=says) as caught:
        pytest.fail(f"{read_edition(texts, kit.source_texts())} accepted: {reason}")
    assert "\n" not in str(caught.value)
