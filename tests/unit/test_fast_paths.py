"""What is done faster must come out as what it replaces."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miaoban.canonical import digest
from miaoban.catalogue.errors import ExpressionError
from miaoban.catalogue.expressions import all_hold, holds
from miaoban.decision.conditions import Truth
from miaoban.decision.example import Example
from miaoban.decision.playing import play
from miaoban.decision.receipt import receipt_of
from miaoban.identifiers.repairs import _ALWAYS, _WITH_HYPHENS, repair
from miaoban.text import clean
from tests import kit

few = settings(max_examples=200, deadline=None)
plain = st.text(st.sampled_from("0Aa9Zz -\u3000\u200b\uff10\uff21\xad\n\t汉（"), max_size=8)


@pytest.mark.parametrize("example", kit.examples().values(), ids=kit.examples().keys())
def test_a_sealed_receipt_has_the_digest_of_its_document(example: Example) -> None:
    played = play(kit.edition(), example.given)
    receipt = receipt_of("case", played.published, played.facts, played.decision)
    text, sealed = receipt.sealed()
    assert text == receipt.text()
    assert sealed == digest(receipt.document())


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


def test_a_condition_that_fails_to_evaluate_spoils_no_other() -> None:
    given_ = kit.examples()["01-own-warehouse.yaml"].given
    broken = [
        condition.model_copy(update={"holds": "form.county > 1"}) if condition.id == "C8" else condition
        for condition in kit.edition().matter.conditions
    ]
    matter = kit.edition().matter.model_copy(update={"conditions": tuple(broken)})
    verdicts = play(kit.edition().model_copy(update={"matter": matter}), given_).decision.verdicts
    assert {verdict.condition for verdict in verdicts if verdict.truth is not Truth.TRUE} == {"C8"}


@few
@given(plain, st.booleans())
def test_repairs_that_are_skipped_would_do_nothing(text: str, hyphens: bool) -> None:  # noqa: FBT001
    expected, notes = text, []
    for sentence, change in _WITH_HYPHENS if hyphens else _ALWAYS:
        changed = change(expected)
        notes += [sentence] if changed != expected else []
        expected = changed
    assert repair(text, hyphens=hyphens) == (expected, tuple(notes))


@few
@given(st.characters(exclude_categories=["Cs"]))
def test_cleaning_that_is_skipped_would_do_nothing(character: str) -> None:
    text = f"字{character}字"
    if text.isprintable():
        assert clean(f"{text}\n字") == (f"{text}\n字", ())
        assert clean(text) == (text, ())
