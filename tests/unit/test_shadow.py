"""Shadow runs: past receipts decided again under another edition; what differs is named, and none is lost."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from miaoban.catalogue.folder import read_edition
from miaoban.catalogue.publication import Edition, Published
from miaoban.decision.outcome import Outcome
from miaoban.decision.playing import play
from miaoban.decision.receipt import Receipt, receipt_of
from miaoban.decision.shadow import Shadow, shadow
from tests import kit
from tools.folders import folders, texts_of

TEXTS = texts_of(kit.ROOT / "matters" / kit.GRAIN)
FORM, MATERIALS, CONDITIONS = "form.yaml", "materials.yaml", "conditions.yaml"
BASE = "legal-person-base.yaml"


def receipts(matter: str = kit.GRAIN) -> Iterator[Receipt]:
    """A receipt for every example, with the example's file as its case."""
    for name, example in kit.examples(matter).items():
        played = play(kit.edition(matter), example.given)
        published = Published(edition=kit.edition(matter), version=1, digest=kit.edition(matter).digest)
        yield receipt_of(name, published, played.facts, played.decision)


ALL = tuple(receipts())


def changed(name: str, change: Callable[[str], str]) -> Edition:
    text = change(TEXTS[name])
    assert text != TEXTS[name], "nothing to change"
    return read_edition({**TEXTS, name: text}, kit.source_texts())


def run(edition: Edition, only: tuple[Receipt, ...] = ALL) -> Shadow:
    return shadow(edition, only, kit.edition())


def one(example: str) -> tuple[Receipt, ...]:
    return tuple(receipt for receipt in ALL if receipt.case == example)


@pytest.mark.parametrize("matter", [folder.name for folder in folders()])
def test_the_same_edition_decides_all_the_same(matter: str) -> None:
    edition, every = kit.edition(matter), tuple(receipts(matter))
    assert shadow(edition, every, edition) == Shadow(receipts=len(every), same=len(every), differing=())


def swap(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, 1)


SCOPE = "otherwise: flag\n    says: 登记的经营范围"
REQUIRED = "  tonnage: {label: 去年收购量, type: number, required: true}\n  promise:"
OPTIONAL = "  organic: {label: 是否有机, type: boolean}\n  promise:"
RECORD = "  warehouse: {source: abnormal-operations, kind: listing, key: [form.county]}\nmaterials:"
CASES: list[tuple[str, Callable[[str], str], str, str, str, tuple[str, ...], str]] = [
    (
        CONDITIONS,
        swap(SCOPE, SCOPE.replace("flag", "review")),
        "07-scope-without-grain.yaml",
        "approved",
        "reviewing",
        ("C5",),
        "a hint that now stops",
    ),
    (
        CONDITIONS,
        swap("['注销', '吊销',", "['吊销',"),
        "03-deregistered.yaml",
        "refused",
        "approved",
        ("C3",),
        "a refusal fewer",
    ),
    (
        CONDITIONS,
        swap("otherwise: correct\n    says: 经办人", "otherwise: review\n    says: 经办人"),
        "05-authority-expired.yaml",
        "correcting",
        "reviewing",
        ("C7",),
        "a person instead of a correction",
    ),
    (FORM, swap("  promise:", REQUIRED), "01-own-warehouse.yaml", "approved", "unknown", (), "a field that was not asked for"),
    (
        MATERIALS,
        swap("own: {label: 自有仓房}", "owned: {label: 自有仓房}"),
        "01-own-warehouse.yaml",
        "approved",
        "unknown",
        (),
        "an answer that there is no more",
    ),
]


@pytest.mark.parametrize("line", CASES, ids=[line[-1] for line in CASES])
def test_a_receipt_that_comes_out_otherwise_is_named(line: Any) -> None:
    name, change, example, *expected, reason = line
    (told,) = run(changed(name, change), one(example)).differing
    assert told.case == example, reason
    assert [told.old, told.new, told.conditions] == expected, reason
    assert bool(told.lacks) is (told.new == "unknown"), reason


@pytest.mark.parametrize("line", CASES, ids=[line[-1] for line in CASES])
def test_none_is_lost(line: Any) -> None:
    found = run(changed(line[0], line[1]))
    assert found.receipts == len(ALL)
    assert found.same + len(found.differing) == len(ALL)
    assert len({told.case for told in found.differing}) == len(found.differing)
    assert found.otherwise + found.unknown <= len(found.differing)
    assert line[2] in {told.case for told in found.differing}


ORGANIC = (
    "  - id: C20\n    title: 有机\n    basis: {law: 示例, article: 第一条}\n    needs: [form.organic]\n"
    '    holds: "form.organic == true"\n    otherwise: flag\n    says: 不是有机。\n    cure: 请填写。\n'
)


def test_a_field_that_nobody_was_asked_for_is_unknown_not_absent() -> None:
    texts = {**TEXTS, FORM: swap("  promise:", OPTIONAL)(TEXTS[FORM]), CONDITIONS: TEXTS[CONDITIONS] + ORGANIC}
    edition = read_edition(texts, kit.source_texts())
    (told,) = run(edition, one("01-own-warehouse.yaml")).differing
    assert (told.new, told.lacks) == ("unknown", ("字段 是否有机",))
    (again,) = shadow(edition, one("01-own-warehouse.yaml"), edition).differing
    assert again.new == "approved", "who was asked and left it out is decided on"
    assert again.conditions == ("C20",)


LISTED = (
    "  - id: C21\n    title: 仓库\n    basis: {law: 示例, article: 第一条}\n    needs: [warehouse.present]\n"
    '    holds: "not warehouse.present"\n    otherwise: review\n    says: 有名录。\n    cure: 请核对。\n'
)


def test_a_record_that_nobody_looked_up_is_unknown() -> None:
    texts = {**TEXTS, MATERIALS: swap("materials:", RECORD)(TEXTS[MATERIALS]), CONDITIONS: TEXTS[CONDITIONS] + LISTED}
    (told,) = run(read_edition(texts, kit.source_texts()), one("01-own-warehouse.yaml")).differing
    assert told.new == "unknown"
    assert told.lacks == ("数据 经营异常名录和严重违法失信名单",)


def test_a_value_that_the_record_did_not_hold_is_unknown() -> None:
    more = "      until: {label: 营业期限, type: date}\n"
    sources = dict(kit.source_texts()) | {BASE: swap("    quality:", f"{more}    quality:")(kit.source_texts()[BASE])}
    needs = swap("needs: [enterprise.scope]", "needs: [enterprise.scope, enterprise.until]")(TEXTS[CONDITIONS])
    (told,) = run(read_edition({**TEXTS, CONDITIONS: needs}, sources), one("01-own-warehouse.yaml")).differing
    assert (told.new, told.conditions, told.lacks) == ("unknown", ("C5",), ("数据 法人基础信息库 的 until",))


def by_person(outcome: Outcome) -> tuple[Receipt, ...]:
    decided: dict[str, Any] = {"outcome": outcome, "decided_by": "officer-7", "reason": "已电话核实"}
    return tuple(replace(receipt, **decided) for receipt in one("06-name-differs.yaml"))


@pytest.mark.parametrize("outcome", [Outcome.APPROVED, Outcome.REFUSED])
def test_what_a_person_decided_is_the_same_while_the_rules_bring_it_to_him(outcome: Outcome) -> None:
    assert run(kit.edition(), by_person(outcome)).differing == ()


def test_what_no_longer_goes_to_a_person_is_named() -> None:
    edition = changed(CONDITIONS, swap("otherwise: review\n    says: 填报内容", "otherwise: flag\n    says: 填报内容"))
    (told,) = run(edition, by_person(Outcome.REFUSED)).differing
    assert (told.old, told.new, told.by_person, told.conditions) == ("reviewing", "approved", True, ("C2",))


def test_other_reasons_for_the_same_outcome_are_told_but_not_counted_as_otherwise() -> None:
    edition = changed(CONDITIONS, swap("'粮食', '谷物'", "'没有', '谷物'"))
    found = run(edition, one("01-own-warehouse.yaml"))
    assert (found.otherwise, found.unknown, len(found.differing)) == (0, 0, 1)
    assert found.differing[0].old == found.differing[0].new == "approved"
