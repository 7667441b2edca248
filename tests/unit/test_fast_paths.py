"""What is done faster must come out as what it replaces."""

import hmac
from base64 import b32encode
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miaoban.canonical import canonical, digest
from miaoban.catalogue.errors import ExpressionError
from miaoban.catalogue.expressions import all_hold, holds
from miaoban.catalogue.fields import Field, FieldType
from miaoban.catalogue.publication import Published
from miaoban.decision.example import Example
from miaoban.decision.playing import play
from miaoban.decision.receipt import RECEIPT, receipt_of
from miaoban.decision.verdict import Truth
from miaoban.memory.vault import ROOT, MemoryVault
from miaoban.sealing import _base32, _derived
from miaoban.text import clean
from tests import kit

few = settings(max_examples=100, deadline=None)


@pytest.mark.parametrize("example", kit.examples().values(), ids=kit.examples().keys())
def test_a_receipt_is_stored_as_the_very_bytes_that_are_digested(example: Example) -> None:
    played = play(kit.published(), example.given)
    receipt = receipt_of("case", played.published, played.facts, played.decision)
    for made in (receipt, replace(receipt, decided_by="officer-7", reason="已电话核实", version=12)):
        text, sealed = made.sealed()
        document = RECEIPT.dump_python(made, mode="json", exclude_none=True)
        assert document == made.document(), "what is written out by hand is what the fields say"
        assert text.encode() == canonical(document)
        assert sealed == f"sha256:{sha256(text.encode()).hexdigest()}" == digest(document)
        assert RECEIPT.validate_json(text) == made


def test_a_changed_copy_says_nothing_of_the_original() -> None:
    text = Field(label="号码", type=FieldType.TEXT)
    assert not text.personal
    number = text.model_copy(update={"type": FieldType.RESIDENT_ID})
    assert number.personal
    assert number == Field(label="号码", type=FieldType.RESIDENT_ID)
    assert not text.personal
    verdict = play(kit.published(), kit.examples()["01-own-warehouse.yaml"].given).decision.verdicts[0]
    assert '"C4"' in verdict.canonical
    assert '"C5"' in replace(verdict, condition="C5").canonical


def test_expressions_asked_together_say_what_they_say_alone() -> None:
    roots: dict[str, Any] = {"a": {"x": 1, "y": None}, "today": "2026-03-02"}
    expressions = ("a.x == 1", "a.x > 1", "a.y == null", "d(today) >= d('2026-03-01')", "some([1, 2], # == a.x)")
    assert all_hold(expressions, roots) == tuple(holds(expression, roots) for expression in expressions)
    assert all_hold((), roots) == ()


@pytest.mark.parametrize("bad", ["a.y > 1", "a.x", "a.x + "], ids=["fails", "no truth", "no expression"])
def test_one_expression_that_does_not_say_is_told(bad: str) -> None:
    with pytest.raises(ExpressionError):
        all_hold(("a.x == 1", bad), {"a": {"x": 1, "y": None}})


def test_a_root_and_a_path_within_it_may_stand_together() -> None:
    roots = {"a": {"x": 1, "z": 2}}
    assert all_hold(("len(keys(a)) == 2", "a.x == 1"), roots) == (True, True)
    assert roots == {"a": {"x": 1, "z": 2}}


@pytest.mark.parametrize(
    ("roots", "reason"),
    [
        ({"a": {"x": {"y": 1}}}, "a path of three words"),
        ({"a": {"x": {"y": 1, "z": [2]}, "w": None}, "b": 1}, "with what nobody asks for"),
    ],
)
def test_an_expression_is_given_what_it_names(roots: dict[str, Any], reason: str) -> None:
    assert all_hold(("a.x.y == 1", "a.w == null", "c == null", "d.e == null"), roots) == (True,) * 4, reason


@pytest.mark.parametrize("root", [None, "text", 7, ["x"]], ids=type)
def test_a_root_that_holds_no_values_leaves_them_null(root: object) -> None:
    assert all_hold(("a.x == null",), {"a": root}) == (True,)


def test_a_condition_that_fails_to_evaluate_spoils_no_other() -> None:
    given_ = kit.examples()["01-own-warehouse.yaml"].given
    broken = [
        condition.model_copy(update={"holds": "form.county > 1"}) if condition.id == "C8" else condition
        for condition in kit.edition().matter.conditions
    ]
    matter = kit.edition().matter.model_copy(update={"conditions": tuple(broken)})
    published = Published(edition=kit.edition().model_copy(update={"matter": matter}), version=1, digest="example")
    verdicts = play(published, given_).decision.verdicts
    assert {verdict.condition for verdict in verdicts if verdict.truth is not Truth.TRUE} == {"C8"}


@few
@given(st.characters(exclude_categories=["Cs"]))
def test_cleaning_that_is_skipped_would_do_nothing(character: str) -> None:
    text = f"字{character}字"
    if text.isprintable():
        assert clean(f"{text}\n字") == (f"{text}\n字", ())
        assert clean(text) == (text, ())


@few
@given(st.text(min_size=1).filter(str.isprintable), st.text(min_size=1).filter(str.isprintable))
def test_a_pseudonym_is_the_hmac_in_base32(kind: str, number: str) -> None:
    pepper = _derived(ROOT, b"miaoban pepper v1")
    expected = hmac.digest(pepper, f"{kind}|{number}".encode(), sha256)[:20]
    assert MemoryVault().pseudonym(kind, number) == b32encode(expected).decode().lower()


@pytest.mark.parametrize("number", [bytes(20), b"\xff" * 20, bytes(19) + b"\x01", b"\x80" + bytes(19)], ids=bytes.hex)
def test_bytes_are_written_in_base32_whatever_they_begin_with(number: bytes) -> None:
    assert _base32(int.from_bytes(number)) == b32encode(number).decode().lower()
