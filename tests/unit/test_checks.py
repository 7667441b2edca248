"""The checks of a release: one broken folder for each reason to refuse, and all that is wrong told at once."""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from itertools import islice
from typing import Any

import pytest
from pydantic import ValidationError

from miaoban.catalogue.answering import situations
from miaoban.catalogue.fields import Field, FieldType
from miaoban.catalogue.finding import Finding
from miaoban.catalogue.folder import unchecked_edition
from miaoban.catalogue.impact import Impact, impact
from miaoban.catalogue.publication import Edition
from miaoban.catalogue.samples import combinations, samples
from miaoban.decision.checks import findings
from miaoban.decision.example import Example
from tests import kit
from tools.folders import folders, texts_of

TEXTS = texts_of(kit.ROOT / "matters" / kit.GRAIN)
BEFORE = "01-own-warehouse.yaml"
MATTER, FORM, MATERIALS, CONDITIONS = "matter.yaml", "form.yaml", "materials.yaml", "conditions.yaml"

Change = Callable[[str], str]


def swap(old: str, new: str) -> Change:
    """A change of a text's first `old`, which must be there."""

    def change(text: str) -> str:
        assert old in text, f"nothing to change: {old}"
        return text.replace(old, new, 1)

    return change


def add(more: str) -> Change:
    return lambda text: f"{text}\n{more}\n"


def changed(*changes: tuple[str, Change]) -> Edition:
    texts = dict(TEXTS)
    for name, change in changes:
        texts[name] = change(texts[name])
    return unchecked_edition(texts, kit.source_texts())


def found(*changes: tuple[str, Change], examples: Mapping[str, Example] | None = None) -> tuple[Finding, ...]:
    return findings(changed(*changes), kit.examples() if examples is None else examples)


@pytest.mark.parametrize("matter", [folder.name for folder in folders()])
def test_every_matter_of_the_house_may_be_published(matter: str) -> None:
    assert findings(kit.edition(matter), kit.examples(matter)) == ()


def without_basis(text: str) -> str:
    return text[: text.index("basis:")] + "basis: []\n" + text[text.index("limits:") :]


C5 = "otherwise: flag\n    says: 登记的经营范围"
C9 = 'holds: "not held.present"'
C13 = "some(form.grains, not (# in ['soy', 'oilseed']))"
C15 = 'holds: "form.lease_contract != null"'
LEASE = 'holds: "all(form.warehouses, #.lease_until != null and d(#.lease_until) >= d(today))"'
REFUSALS = [
    (CONDITIONS, swap(C5, C5.replace("flag", "refuse")), "filing-refuses-quality", "C5 以质量类条件拒绝备案", "quality"),
    (CONDITIONS, swap("about: subject", "about: quality"), "filing-refuses-quality", "C3 以质量类", "quality, said so"),
    (CONDITIONS, swap("    about: subject\n", ""), "filing-refuses-quality", "C3 以质量类", "nothing said is quality"),
    (CONDITIONS, swap("enterprise.status in", "enterprise.state in"), "fact-without-source", "enterprise.state", "no source"),
    (CONDITIONS, swap("needs: [held.present]", "needs: [held.number]"), "fact-without-source", "held.number", "no such fact"),
    (FORM, swap("prefill: enterprise.name", "prefill: enterprise.nom"), "fact-without-source", "enterprise.nom", "prefill"),
    (MATERIALS, swap("kind: enterprise", "kind: firm"), "fact-without-source", "没有 firm", "a record that no source has"),
    (MATTER, without_basis, "basis-missing", "matter.yaml", "none"),
    (MATTER, swap("article: 第九条}", 'article: " "}'), "basis-missing", "matter.yaml", "a blank article of the matter"),
    (CONDITIONS, swap("law: 优化营商环境条例", "law: ''"), "basis-missing", "C5", "a condition without a law"),
    (CONDITIONS, swap(C9, 'holds: "held.licence"'), "expression-invalid", "C9 .*不是“是”或“否”", "a text is no answer"),
    (
        CONDITIONS,
        swap(C13, "some(form.grains, # > 3)"),
        "expression-invalid",
        "C13 .*不能在这些事实上求值",
        "texts are not numbers",
    ),
    (
        CONDITIONS,
        swap(C13, "form.grains == 'corn'"),
        "expression-invalid",
        "C13 .*（列表）.*（文字）.*永远不相等",
        "a list, a text",
    ),
    (
        CONDITIONS,
        swap(C15, "holds: \"contains(form.lease_contract, 'a')\""),
        "expression-invalid",
        "C15 .*为空",
        "left out: null",
    ),
    (CONDITIONS, swap(LEASE, 'holds: "all(form.warehouses, #.height > 1)"'), "expression-invalid", "C11 ", "a column left out"),
    (
        CONDITIONS,
        swap(C9, "holds: \"situation.kind == 'frist'\""),
        "expression-invalid",
        "'frist' 比较，可选只有 first",
        "a typo",
    ),
    (
        CONDITIONS,
        swap("situation.subject == 'enterprise'\"\n    otherwise", "situation.subject in ['firm']\"\n    otherwise"),
        "expression-invalid",
        "'firm'",
        "a typo in a list",
    ),
    (CONDITIONS, swap(C9, 'holds: "d(form.county) >= d(today)"'), "expression-invalid", "当作日期", "a date that is none"),
    (
        CONDITIONS,
        swap("enterprise.status in ['存续'", "enterprise.status == true or enterprise.status in ['存续'"),
        "expression-invalid",
        "C3-2 .*（是或否）",
        "a text is neither true nor false",
    ),
    (
        CONDITIONS,
        swap("authority.present and d(", "d(authority.valid_until) > 3 and d("),
        "expression-invalid",
        "C7 ",
        "a date, a number",
    ),
    (
        CONDITIONS,
        swap("situation.subject == 'enterprise'\"\n    otherwise", 'situation.subject"\n    otherwise'),
        "expression-invalid",
        "C4 ",
        "an answer is no truth",
    ),
    (
        CONDITIONS,
        swap("and situation.kind == 'first'\"", "and situation.kind == 'frist'\""),
        "expression-invalid",
        "C9 的 when",
        "a typo that would switch a condition off",
    ),
    (
        FORM,
        swap("situation.kind != 'cancel'", "situation.kind != 'stop'"),
        "expression-invalid",
        "form.yaml：.*'stop'",
        "a field",
    ),
    (CONDITIONS, swap("situation.subject ==", "situation.subject = ="), "catalogue-invalid", "无法编译", "does not compile"),
    (CONDITIONS, swap("id: C13", "id: C4"), "catalogue-invalid", "C4 出现了 2 次", "what read_edition says"),
    (MATTER, swap('basic_code: "2110', 'basic_code: "2101'), "catalogue-invalid", "而 type 是 10", "what regions say"),
    (CONDITIONS, swap("0.2 * (", "0.0002 * ("), "example-fails", "examples/07-capacity-at-the-edge.yaml：", "an example fails"),
    (CONDITIONS, swap("['注销', '吊销',", "['吊销',"), "example-fails", "examples/03-", "a rule lost"),
]


@pytest.mark.parametrize(("name", "change", "code", "says", "reason"), REFUSALS)
def test_a_release_is_refused(name: str, change: Change, code: str, says: str, reason: str) -> None:
    examples = kit.examples() if code == "example-fails" else {BEFORE: kit.examples()[BEFORE]}
    told = [finding.says for finding in found((name, change), examples=examples) if finding.code == code]
    assert [sentence for sentence in told if _matches(says, sentence)], f"{reason}: {told}"
    for sentence in told:
        assert "请" in sentence or code == "example-fails", "the cure is named"
        assert "\n" not in sentence, "one sentence"


def _matches(pattern: str, sentence: str) -> bool:
    place = 0
    for part in pattern.split(".*"):
        place = sentence.find(part, place) + 1
        if not place:
            return False
    return True


@pytest.mark.parametrize("type_", FieldType)
def test_every_type_of_field_has_samples(type_: FieldType) -> None:
    columns = {"a": Field(label="甲", type=FieldType.TEXT)}
    field = Field(label="例", type=type_, required=True, options={"x": "甲", "y": "乙"}, columns=columns)
    assert samples(field, (), ("a",))
    assert None not in samples(field, (), ("a",))


def test_what_enough_makes_true_spares_the_rest_also_its_errors() -> None:
    enough, present = "enterprise.scope == null", "    needs: [enterprise.scope]\n"
    spared = f'    enough:\n      needs: [enterprise.present]\n      holds: "{enough}"\n    needs: [enterprise.present]\n'
    assert not [told for told in found((CONDITIONS, swap(present, spared))) if told.code == "expression-invalid"]
    bare = found((CONDITIONS, swap(present, "    needs: [enterprise.present]\n")))
    assert [told.code for told in bare if "C5" in told.says] == ["expression-invalid"], "left out, and nothing spares it"


@pytest.mark.parametrize(("most", "count", "reason"), [(12, 12, "every combination"), (11, 7, "too many: each value once")])
def test_combinations_are_bounded(most: int, count: int, reason: str) -> None:
    found = list(combinations([(1, 2, 3), ("a", "b"), (True, False)], most))
    assert len(found) == count, reason
    assert {value for part in found for value in part} >= {1, 2, 3, "a", "b", False}


def test_all_that_is_wrong_is_told_not_the_first() -> None:
    told = found(
        (CONDITIONS, swap("enterprise.status in", "enterprise.state in")),
        (CONDITIONS, swap("needs: [held.present]", "needs: [held.number]")),
        (CONDITIONS, swap(C5, C5.replace("flag", "refuse"))),
        (CONDITIONS, swap("law: 企业信息公示暂行条例", "law: ''")),
        (FORM, swap("prefill: enterprise.name", "prefill: enterprise.nom")),
    )
    codes = [finding.code for finding in told]
    assert codes.count("fact-without-source") == 3
    assert {"filing-refuses-quality", "basis-missing"} < set(codes)


def test_expressions_and_examples_are_told_together() -> None:
    told = found(
        (CONDITIONS, swap(C15, "holds: \"contains(form.lease_contract, 'a')\"")), (CONDITIONS, swap("0.2 * (", "0.0002 * ("))
    )
    assert {finding.code for finding in told} == {"expression-invalid", "example-fails"}


def silent(matter: str, id_: str) -> tuple[Finding, ...]:
    """What stands against a matter of which one condition would not wait for a silent source."""
    texts = dict(texts_of(kit.ROOT / "matters" / matter))
    start = texts[CONDITIONS].index("    otherwise:", texts[CONDITIONS].index(f"- id: {id_}\n"))
    texts[CONDITIONS] = f"{texts[CONDITIONS][:start]}    silent: review\n{texts[CONDITIONS][start:]}"
    return findings(unchecked_edition(texts, kit.source_texts()), kit.examples(matter))


def test_only_what_departments_push_need_not_be_waited_for() -> None:
    asked = [finding for finding in silent("mobile-queries", "Q5") if "silent: review" in finding.says]
    assert "不能用于实时查询的数源（insured）" in asked[0].says
    pushed = silent(kit.GRAIN, "C3")
    assert not [finding for finding in pushed if "silent: review" in finding.says]
    assert all(finding.code == "example-fails" for finding in pushed), "cases that waited go to a person now"


def test_a_licence_may_be_refused_for_quality() -> None:
    told = found((CONDITIONS, swap("about: subject", "about: quality")), (MATTER, swap("nature: filing", "nature: licence")))
    assert told == ()


def test_a_matter_without_examples_is_refused() -> None:
    assert [finding.code for finding in found(examples={})] == ["example-missing"]


def test_what_a_refusal_is_about_does_not_change_editions_that_do_not_say() -> None:
    silent = changed((CONDITIONS, swap("    about: subject\n", "")))
    assert '"about"' not in silent.text()


def test_every_situation_is_looked_at_once() -> None:
    answers = [tuple(sorted(situation.answers.items())) for situation in situations(kit.edition().matter)]
    assert len(answers) == len(set(answers)) == 10


def altered(document: Any, place: tuple[str | int, ...], value: Any) -> Any:
    """The document with another value at one place."""
    changed_ = deepcopy(document)
    holder = changed_
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = value
    return changed_


def leaves(value: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The place of every value that has no parts."""
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(part, (*place, key))
    else:
        yield place


DOCUMENT = kit.edition().model_dump(mode="json", exclude_none=True)
EDGES: list[tuple[str | int, ...]] = [
    ("matter", "regions", "211200", "organs", 4, "region"),
    ("sources", "enterprise-authorisations", "kinds", "authorisation", "key", 0),
]
PLACES: list[tuple[str | int, ...]] = [*EDGES, *islice(leaves(DOCUMENT), 3, None, 9)]


def test_no_content_breaks_the_checks() -> None:
    """A content that the API takes is told about, whatever its parts say of each other."""
    played = {BEFORE: kit.examples()[BEFORE]}
    tried = 0
    for place in PLACES:
        try:
            edition = Edition.model_validate(altered(DOCUMENT, place, "x"))
        except ValidationError:
            continue
        tried += 1
        assert all(finding.says for finding in findings(edition, played)), place
    assert tried > 40


@pytest.mark.parametrize("place", EDGES)
def test_what_only_the_api_can_send_is_found(place: tuple[str | int, ...]) -> None:
    assert findings(Edition.model_validate(altered(DOCUMENT, place, "x")), kit.examples())


def test_a_file_that_is_no_region_is_told_whatever_else_lies_beside_it() -> None:
    regions = DOCUMENT["matter"]["regions"]
    edition = Edition.model_validate(altered(DOCUMENT, ("matter", "regions"), {**regions, "abc": {"organs": []}}))
    assert [
        finding.says
        for finding in findings(edition, kit.examples())
        if "regions/abc.yaml：文件名应当是区划代码" in finding.says
    ]


OLD_LIMIT, NEW_LIMIT = "wait: {n: 1,", "wait: {n: 2,"
IMPACTS = [
    (FORM, swap("label: 通讯地址", "label: 联系地址"), {"fields": ((), (), ("联系地址（contact_address）",))}),
    (FORM, swap("max_length: 120", "max_length: 100"), {"fields": ((), (), ("企业名称（enterprise_name）",))}),
    (MATERIALS, swap("name: 授权委托书", "name: 委托书"), {"materials": ((), (), ("委托书（authorisation）",))}),
    (MATERIALS, swap("label: 自有仓房", "label: 自有"), {"situations": ((), (), ("粮食存放在哪里？（storage）",))}),
    (CONDITIONS, swap("otherwise: redirect", "otherwise: flag"), {"conditions": ((), (), ("以企业身份收购（C4）",))}),
    (FORM, add("  remark: {label: 备注, type: text}"), {"fields": (("备注（remark）",), (), ())}),
    (
        FORM,
        swap("  planned_tonnes: {label: 预计年收购量（吨）", "  tonnes: {label: 预计年收购量"),
        {"fields": (("预计年收购量（tonnes）",), ("预计年收购量（吨）（planned_tonnes）",), ())},
    ),
    (MATTER, swap(OLD_LIMIT, NEW_LIMIT), {"limits": ((), (), ("等待数源",))}),
    (MATTER, swap("name: 粮食收购企业备案\n", "name: 粮食收购备案\n"), {"matter": ((), (), ("名称",))}),
]


@pytest.mark.parametrize(("name", "change", "expected"), IMPACTS)
def test_the_impact_of_a_change(name: str, change: Change, expected: Mapping[str, tuple[tuple[str, ...], ...]]) -> None:
    told = impact(kit.edition(), changed((name, change)))
    for kind in Impact.model_fields:
        changes = getattr(told, kind)
        assert (changes.added, changes.removed, changes.changed) == expected.get(kind, ((), (), ())), kind
    assert all("项：" in line for line in told.lines)


def test_no_change_has_no_impact_and_the_first_edition_adds_all() -> None:
    assert impact(kit.edition(), kit.edition()).lines == ("内容没有变化",)
    first = impact(None, kit.edition())
    assert len(first.conditions.added) == len(kit.edition().matter.conditions)
    assert all(line.count("、") < 20 for line in first.lines), "sentences stay readable"
    assert first.sources.added
    assert first.organs.added
