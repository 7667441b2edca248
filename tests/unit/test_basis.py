"""Bases: one article or several, those of a situation alone, stored as one where there is one, and never joined in a name."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from functions.api.wording import problems_of
from miaoban.canonical import digest
from miaoban.catalogue.checking_bases import joined
from miaoban.catalogue.condition import Basis, Effect
from miaoban.catalogue.errors import CatalogueError
from miaoban.catalogue.folder import read_edition
from miaoban.catalogue.impact import impact
from miaoban.catalogue.lists import LISTS, rows_of
from miaoban.catalogue.matter import Matter
from miaoban.catalogue.notice import notice_of
from miaoban.catalogue.plans import plan_of
from miaoban.catalogue.publication import Edition, Published
from miaoban.catalogue.situations import select
from miaoban.decision.checks import findings
from miaoban.decision.playing import Played, play
from miaoban.decision.receipt import Receipt, proof_of, receipt_of
from miaoban.decision.replay import replay
from miaoban.operations.views import reason
from tests import kit
from tools.folders import folders, texts_of

CHECK, CHANGE = "social-organisation-annual-check", "social-organisation-change"
ASSOCIATION = ("社会团体登记管理条例", "第二十八条")
SERVICE = ("民办非企业单位登记管理暂行条例", "第二十三条")
FOUNDATION = ("基金会管理条例", "第三十六条")
GRAIN = texts_of(kit.ROOT / "matters" / kit.GRAIN)
FIRST = "basis: {law: 粮食流通管理条例, article: 第九条第二款、第五十四条}"
ONE = "{law: 粮食流通管理条例, article: 第九条}"

Change = Callable[[str], str]


def swap(old: str, new: str) -> Change:
    """A change of a text's first `old`, which must be there."""

    def change(text: str) -> str:
        assert old in text, f"nothing to change: {old}"
        return text.replace(old, new, 1)

    return change


def grain(change: Change, name: str = "conditions.yaml") -> Edition:
    return read_edition({**GRAIN, name: change(GRAIN[name])}, kit.source_texts())


def receipt(matter: str, name: str) -> tuple[Played, Receipt]:
    edition = kit.edition(matter)
    published = Published(edition=edition, version=1, digest=edition.digest)
    played = play(published, kit.examples(matter)[name].given)
    return played, receipt_of("211202-20260320-00000001", published, played.facts, played.decision)


def pairs(bases: tuple[Basis, ...]) -> list[tuple[str, str]]:
    return [(basis.law, basis.article) for basis in bases]


def test_one_basis_is_written_and_stored_as_one() -> None:
    """The shape of editions and receipts that were stored before there could be several."""
    listed = grain(swap(FIRST, f"basis:\n      - {FIRST.removeprefix('basis: ')}"))
    assert listed.digest == kit.edition().digest, "a list of one says the same"
    first = kit.edition().model_dump(mode="json", exclude_none=True)["matter"]["conditions"][0]
    assert first["basis"] == {"law": "粮食流通管理条例", "article": "第九条第二款、第五十四条"}
    _, made = receipt(kit.GRAIN, "01-own-warehouse.yaml")
    assert made.document()["verdicts"][0]["basis"] == first["basis"]


def test_several_bases_are_kept_in_their_order() -> None:
    edition = grain(swap(FIRST, f"basis: [{ONE}, {{law: 优化营商环境条例, article: 第三十九条}}]"))
    assert pairs(edition.matter.conditions[0].basis) == [("粮食流通管理条例", "第九条"), ("优化营商环境条例", "第三十九条")]
    assert Edition.read(edition.text()) == edition


MISTAKES: list[tuple[Change, str, str]] = [
    (swap(FIRST, "basis: []"), "第 4 行，conditions.0.basis .*一条依据也没有，请写明", "an empty list"),
    (swap(FIRST, f"basis: [{ONE}, {ONE}]"), "第 4 行，conditions.0.basis .*第九条 写了不止一次，请只保留", "the same twice"),
    (swap(FIRST, "basis: 粮食流通管理条例第九条"), "第 4 行，conditions.0.basis .*应当是列表", "a text"),
    (swap(FIRST, "basis: [粮食流通管理条例]"), "第 4 行，conditions.0.basis.0 .*“名称: 内容”的形式", "a list of texts"),
    (swap(FIRST, "basis: {law: 粮食流通管理条例}"), "第 4 行，conditions.0.basis.article 缺少这一项", "no article"),
    (
        swap(FIRST, "basis: {lawe: 甲, article: 乙}"),
        "第 4 行，conditions.0.basis.lawe 没有这一项（是不是 law",
        "a misspelt key",
    ),
    (
        swap(FIRST, f"basis: [{ONE}, {{law: 甲法, article: 第一条, when: \"form.county == ''\"}}]"),
        "第 4 行，C4 的 when 中的 form.county 不能用",
        "a basis by a fact",
    ),
    (
        swap(FIRST, "basis: {law: 甲法, article: 第一条, when: \"situation.subject == 'enterprise'\"}"),
        "第 4 行，C4 在情形“首次备案；自然人、粮食经纪人”没有依据.*请补上依据",
        "a situation without any",
    ),
]


@pytest.mark.parametrize(("change", "says", "why"), MISTAKES, ids=[row[-1] for row in MISTAKES])
def test_a_basis_that_is_wrong_is_told_with_its_place(change: Change, says: str, why: str) -> None:
    with pytest.raises(CatalogueError, match=f"^conditions.yaml：{says}"):
        pytest.fail(f"{grain(change).digest} accepted: {why}")


SENT: list[tuple[Any, str, str]] = [
    ([], "basis：一条依据也没有，请写明法律名称和条款", "/conditions/0/basis"),
    ([{"law": "甲法", "article": "第一条"}] * 2, "basis：《甲法》第一条 写了不止一次，请只保留一处", "/conditions/0/basis"),
    ({"law": "甲法"}, "article：缺少这一项，请补上", "/conditions/0/basis/article"),
]


@pytest.mark.parametrize(("basis", "message", "pointer"), SENT)
def test_a_basis_that_is_sent_to_the_api_is_told_with_its_pointer(basis: Any, message: str, pointer: str) -> None:
    document = kit.edition().matter.model_dump(mode="json", exclude_none=True)
    document["conditions"][0]["basis"] = basis
    with pytest.raises(ValidationError) as refused:
        Matter.model_validate(document)
    assert [(found.pointer, found.message) for found in problems_of(refused.value)] == [(pointer, message)]


def test_a_matters_own_basis_applies_to_all_situations() -> None:
    when = swap("article: 第九条}", "article: 第九条, when: \"situation.kind == 'first'\"}")
    with pytest.raises(CatalogueError, match=r"^matter.yaml：第 \d+ 行，事项的 basis .*请删除"):
        grain(when, "matter.yaml")


KINDS = [("association", ASSOCIATION), ("service", SERVICE), ("foundation", FOUNDATION)]


@pytest.mark.parametrize(("kind", "article"), KINDS)
def test_a_situation_rests_on_its_own_law_alone(kind: str, article: tuple[str, str]) -> None:
    answers = {"kind": kind, "supervision": "direct", "previous": "passed"}
    edition = kit.edition(CHECK)
    condition = select(edition.matter, answers).conditions[0]
    assert pairs(condition.basis) == [article]
    assert condition.basis[0].when is None
    assert pairs(plan_of(edition, answers).verification[0].basis) == [article]
    told = notice_of(edition, answers)
    assert told.requirements[0].basis == f"《{article[0]}》{article[1]}"
    others = {law for other, (law, _) in KINDS if other != kind}
    assert not [sentence for sentence in told.sentences for law in others if law in sentence]


def test_a_condition_without_basis_for_a_kind_is_not_asked_of_it() -> None:
    """The interim regulation on private non-enterprise units says nothing on a representative's second post."""
    asked = {kind: {c.id for c in select(kit.edition(CHECK).matter, _answers(kind)).conditions} for kind, _ in KINDS}
    assert {kind for kind, ids in asked.items() if "N11" in ids} == {"association", "foundation"}


def _answers(kind: str) -> dict[str, str]:
    return {"kind": kind, "supervision": "supervised", "previous": "passed"}


@pytest.mark.parametrize(
    ("matter", "name", "condition", "stored"),
    [
        (CHECK, "01-in-order.yaml", "N18", {"law": ASSOCIATION[0], "article": ASSOCIATION[1]}),
        (CHECK, "01-service.yaml", "N18", {"law": SERVICE[0], "article": SERVICE[1]}),
        (
            CHANGE,
            "01-domicile.yaml",
            "G1",
            [
                {"law": "社会团体登记管理条例", "article": "第十八条"},
                {"law": "民办非企业单位登记管理暂行条例", "article": "第十五条"},
                {"law": "基金会管理条例", "article": "第十五条"},
            ],
        ),
    ],
)
def test_receipts_keep_the_bases_and_replay(matter: str, name: str, condition: str, stored: Any) -> None:
    _, made = receipt(matter, name)
    text, sealed = made.sealed()
    proof = proof_of(text, kit.edition(matter))
    told = {verdict["condition"]: verdict["basis"] for verdict in proof.receipt["verdicts"]}
    assert told[condition] == stored
    assert proof.digest == sealed
    document = proof.model_dump(mode="json", exclude_none=True)
    assert replay(document) is None
    for verdict in document["receipt"]["verdicts"]:
        verdict["basis"] = {"law": "别的法", "article": "第一条"}
    document["digest"] = digest(document["receipt"])
    difference = replay(document)
    assert difference is not None
    assert difference.pointer.startswith("/verdicts/0/basis")


def test_people_are_told_every_basis() -> None:
    _, made = receipt(CHANGE, "01-domicile.yaml")
    shown = reason(made.verdicts[0])
    assert [basis["law"] for basis in shown.model_dump(mode="json", exclude_none=True)["basis"]] == [
        "社会团体登记管理条例",
        "民办非企业单位登记管理暂行条例",
        "基金会管理条例",
    ]
    row = next(row for row in rows_of(LISTS["compliant"], [kit.edition(CHANGE)]) if row[1] == "G1")
    assert "《社会团体登记管理条例》第十八条、《民办非企业单位登记管理暂行条例》第十五条、《基金会管理条例》第十五条" in row


def test_another_basis_is_a_change_of_the_condition() -> None:
    more = grain(swap(FIRST, f"basis: [{FIRST.removeprefix('basis: ')}, {{law: 优化营商环境条例, article: 第三十九条}}]"))
    assert impact(kit.edition(), more).conditions.changed == (f"{more.matter.conditions[0].title}（C4）",)


NAMES = [
    ("社会团体登记管理条例、民办非企业单位登记管理暂行条例、基金会管理条例", True, "three regulations"),
    ("社会团体登记管理条例和慈善法", True, "two joined by a word"),
    ("《消防法》；《建筑法》", True, "in their brackets"),
    ("药品、医疗器械、保健食品、特殊医学用途配方食品广告审查管理暂行办法", False, "one rule with a list in its name"),
    ("企业投资项目核准和备案管理条例", False, "one regulation on two things"),
    ("麻醉药品和精神药品管理条例", False, "another"),
    ("科学技术普及法", False, "a word that holds a joining character"),
    ("行政执法、司法衔接工作规定", False, "what laws are about is no law"),
    ("慈善组织公开募捐管理办法（民政部令第74号）", False, "a number behind the name"),
]


@pytest.mark.parametrize(("name", "several", "why"), NAMES, ids=[row[-1] for row in NAMES])
def test_several_laws_in_one_name_are_told_from_one_law(name: str, several: bool, why: str) -> None:  # noqa: FBT001
    assert joined(Basis(law=name, article="第一条")) is several, why


def test_a_joined_name_refuses_a_release() -> None:
    edition = grain(swap(FIRST, "basis: {law: 粮食流通管理条例、行政许可法, article: 第九条、第三条}"))
    found = [(finding.code, finding.says) for finding in findings(edition, kit.examples())]
    assert [code for code, _ in found] == ["basis-joined"]
    assert re.search("C4 的 basis 把几部法律写在一个名称里.*请分成几条", found[0][1])


def test_a_receipt_of_an_edition_that_joined_laws_is_still_read_and_replayed() -> None:
    """Such editions are in force somewhere, and their receipts are kept for years: only a new release is refused."""
    edition = grain(swap(FIRST, "basis: {law: 粮食流通管理条例、行政许可法, article: 第九条、第三条}"))
    published = Published(edition=edition, version=1, digest=edition.digest)
    played = play(published, kit.examples()["01-own-warehouse.yaml"].given)
    text, _ = receipt_of("211281-20260302-00000001", published, played.facts, played.decision).sealed()
    assert replay(proof_of(text, edition).model_dump(mode="json", exclude_none=True)) is None


@pytest.mark.parametrize("matter", [folder.name for folder in folders()])
def test_no_matter_of_the_house_joins_laws(matter: str) -> None:
    edition = kit.edition(matter)
    every = [basis for condition in edition.matter.conditions for basis in condition.basis]
    assert [basis.law for basis in (*edition.matter.basis, *every) if re.search("[、；;，,]", basis.law)] == []


def test_effects_are_judged_on_the_situations_own_basis() -> None:
    """A verdict that is true cites the situation's law too, not only one that speaks against."""
    played, _ = receipt(CHECK, "01-foundation-late.yaml")
    assert {basis.law for verdict in played.decision.verdicts for basis in verdict.basis} <= {
        "基金会管理条例",
        "慈善法",
        "社会团体年度检查办法",
        "社会组织信用信息管理办法",
    }
    assert [v.condition for v in played.decision.flags if v.effect is Effect.FLAG] == ["N7"]
