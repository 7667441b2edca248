"""Receipts: canonical, decided again from themselves alone, and proof against every alteration."""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miaoban.canonical import digest
from miaoban.catalogue.publication import Edition, Published
from miaoban.decision.errors import ReceiptError
from miaoban.decision.outcome import Outcome
from miaoban.decision.playing import play
from miaoban.decision.receipt import RECEIPT, Receipt, proof_of, receipt_of
from miaoban.decision.replay import Difference, first_difference, replay
from tests import kit

FILES = list(kit.examples())
APPROVED = "01-own-warehouse.yaml"


@cache
def receipt(name: str) -> Receipt:
    played = play(kit.published(), kit.examples()[name].given)
    published = Published(edition=kit.edition(), version=3, digest=kit.edition().digest)
    return receipt_of("211281-20260302-00000001", published, played.facts, played.decision)


@cache
def edition_document() -> dict[str, Any]:
    return kit.edition().model_dump(mode="json", exclude_none=True)


def proof(document: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody would hand in who alters a receipt and makes its digest fit."""
    return {"receipt": dict(document), "digest": digest(dict(document)), "edition": edition_document()}


@pytest.mark.parametrize("name", FILES)
def test_every_receipt_is_canonical_and_decides_again_the_same(name: str) -> None:
    made = receipt(name)
    text, sealed = made.sealed()
    handed_out = proof_of(text, kit.edition())
    assert handed_out.digest == sealed
    assert RECEIPT.validate_json(text) == made, "storing changes nothing"
    assert proof_of(json.dumps(made.document()), kit.edition()) == handed_out, "nor does the order of keys"
    assert replay(handed_out.model_dump(mode="json", exclude_none=True)) is None


def leaves(value: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The place of every value that has no parts."""
    parts = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    found = False
    for key, part in parts:
        found = True
        yield from leaves(part, (*place, key))
    if not found and place:
        yield place


def altered(document: Any, place: tuple[str | int, ...]) -> Any:
    """The document with another value at one place."""
    changed = deepcopy(document)
    holder = changed
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = other(holder[place[-1]])
    return changed


def other(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            return value[:-1] + ("1" if value[-1:] != "1" else "2")
        case _:
            return ["x"]


DOCUMENT = receipt(APPROVED).document()
PLACES = list(leaves(DOCUMENT))
PROOF = proof(DOCUMENT)


def answer(document: Any) -> str | Difference | None:
    try:
        return replay(document)
    except ReceiptError as error:
        return str(error)


def test_no_altered_leaf_fits_the_digest() -> None:
    """Every single value of the receipt, facts and all, is covered by the digest that the ledger keeps."""
    assert len(PLACES) > 100
    for place in PLACES:
        told = answer({**PROOF, "receipt": altered(DOCUMENT, place)})
        assert isinstance(told, str), place
        assert "被改动过" in told or "不符合格式" in told, place


def test_an_altered_decision_with_a_fitting_digest_is_named() -> None:
    """Whoever also makes the digest fit (the ledger would tell) is found out by deciding again."""
    for place in (place for place in PLACES if place[0] in {"verdicts", "outcome", "provenance", "edition"}):
        told = answer(proof(altered(DOCUMENT, place)))
        named = told.pointer if isinstance(told, Difference) else told
        assert named, place
        if isinstance(told, Difference):
            assert f"/{'/'.join(map(str, place))}".startswith(told.pointer)


DECISIVE = [
    ("situation", "storage", "lease", "/verdicts", "another situation has other conditions"),
    ("form", "county", "211202", "/verdicts/2/", "another county"),
    ("form", "enterprise_name", "别的名字", "/verdicts/7/", "another name"),
    ("held", "present", True, "/verdicts/3/", "a filing in force"),
    ("applicant", "number", "p-2", "/verdicts/8/", "another person"),
]


@pytest.mark.parametrize(("part", "field", "value", "pointer", "reason"), DECISIVE)
def test_facts_that_decide_otherwise_are_named(part: str, field: str, value: Any, pointer: str, reason: str) -> None:
    forged = deepcopy(DOCUMENT)
    forged["facts"][part][field] = value
    difference = replay(proof(forged))
    assert difference is not None, reason
    assert difference.pointer.startswith((pointer, "/verdicts")), reason


def test_an_altered_edition_is_refused() -> None:
    forged = proof(DOCUMENT)
    forged["edition"] = deepcopy(edition_document())
    forged["edition"]["matter"]["conditions"][2]["otherwise"] = "flag"
    with pytest.raises(ReceiptError, match=r"事项版本.*摘要不符"):
        replay(forged)


MALFORMED: list[tuple[Any, str]] = [
    (None, "nothing"),
    ([], "a list"),
    ({}, "an empty document"),
    ({"receipt": {}, "digest": "x", "edition": {}}, "no edition"),
    ({**proof(DOCUMENT), "note": "x"}, "an unknown key"),
    (proof({**DOCUMENT, "note": "x"}), "an unknown key inside"),
    (proof({key: value for key, value in DOCUMENT.items() if key != "facts"}), "no facts"),
    (proof({**DOCUMENT, "facts": {**DOCUMENT["facts"], "situation": {"kind": "x"}}}), "a situation that does not exist"),
    (proof({**DOCUMENT, "facts": {**DOCUMENT["facts"], "note": "x"}}), "an unknown fact"),
    (proof({**DOCUMENT, "facts": {**DOCUMENT["facts"], "held": {"present": False, "note": "x"}}}), "an unknown key of a part"),
    (proof({**DOCUMENT, "facts": {**DOCUMENT["facts"], "applicant": {"name": "甄示例"}}}), "an applicant without number"),
    (proof({**DOCUMENT, "facts": {**DOCUMENT["facts"], "evidence": {"enterprise": {"state": "held"}}}}), "no source"),
]


@pytest.mark.parametrize(("document", "reason"), MALFORMED)
def test_what_is_no_receipt_is_told(document: Any, reason: str) -> None:
    with pytest.raises(ReceiptError, match="回执"):
        pytest.fail(f"{replay(document)} accepted: {reason}")


def by_person(outcome: Outcome) -> Receipt:
    return replace(receipt("06-name-differs.yaml"), outcome=outcome, decided_by="officer-7", reason="已电话核实")


@pytest.mark.parametrize("outcome", [Outcome.APPROVED, Outcome.REFUSED])
def test_a_persons_decision_replays_its_verdicts_and_keeps_its_outcome(outcome: Outcome) -> None:
    assert replay(proof(by_person(outcome).document())) is None


def test_a_persons_decision_passed_off_as_the_machines_is_named() -> None:
    forged = {**by_person(Outcome.APPROVED).document(), "decided_by": "machine"}
    assert replay(proof(forged)) == Difference("/outcome", "approved", "reviewing")


def test_a_persons_verdicts_are_replayed_too() -> None:
    document = by_person(Outcome.APPROVED).document()
    document["verdicts"][7]["says"] = "一致"
    difference = replay(proof(document))
    assert difference is not None
    assert difference.pointer == "/verdicts/7/says"


@pytest.mark.parametrize(
    ("stated", "replayed", "pointer", "reason"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, None, "the order of keys is nothing"),
        ({"a": 1}, {"a": 2}, "/a", "another value"),
        ({"a": 1}, {"a": 1, "b": 2}, "/b", "more than stated"),
        ({"a": [1, 2]}, {"a": [1, 3]}, "/a/1", "in a list"),
        ({"a": [1]}, {"a": [1, 2]}, "/a", "a longer list"),
        ({"a": {"b": 1}}, {"a": [1]}, "/a", "another kind"),
    ],
)
def test_the_first_difference(stated: Any, replayed: Any, pointer: str | None, reason: str) -> None:
    difference = first_difference(stated, replayed)
    assert (difference.pointer if difference else None) == pointer, reason


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=40, deadline=None)
@given(json_values, json_values)
def test_no_difference_means_equal(one: Any, other: Any) -> None:
    assert first_difference(one, one) is None
    if first_difference(one, other) is None:
        assert _without_none(one) == _without_none(other)


def _without_none(value: Any) -> Any:
    """A key whose value is None is as good as absent: receipts leave such keys out."""
    if isinstance(value, dict):
        return {key: _without_none(part) for key, part in value.items() if part is not None}
    return [_without_none(part) for part in value] if isinstance(value, list) else value


def test_a_receipt_tells_no_personal_number() -> None:
    for name in FILES:
        text, _ = receipt(name).sealed()
        for number in (kit.REPRESENTATIVE[1], kit.AGENT[1], "13900000000", "13900000001"):
            assert number not in text, name


def test_another_edition_has_another_digest() -> None:
    longer = Edition.model_validate(edition_document() | {"matter": edition_document()["matter"] | {"name": "别的事项"}})
    assert longer.digest != kit.edition().digest
