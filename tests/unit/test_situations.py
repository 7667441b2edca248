"""Situations and expressions: what the answers choose, and what a rule can name."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miaoban.catalogue.errors import ExpressionError, FormError, SituationError
from miaoban.catalogue.expressions import holds, paths, value_at
from miaoban.catalogue.fields import Field, FieldType
from miaoban.catalogue.form import Form
from miaoban.catalogue.matter import Result
from miaoban.catalogue.publication import Published
from miaoban.catalogue.situations import select
from miaoban.catalogue.wording import worded
from tests import kit

MISSING, UNKNOWN = "answer-missing", "answer-unknown"
SITUATIONS: list[tuple[Mapping[str, str], list[tuple[str, str]], str]] = [
    ({}, [("kind", MISSING), ("subject", MISSING)], "nothing answered: where grain is kept is asked of enterprises only"),
    ({"kind": "first", "subject": "enterprise"}, [("storage", MISSING)], "one missing"),
    ({"kind": "x", "subject": "enterprise", "storage": "own"}, [("kind", UNKNOWN)], "an unknown answer"),
    ({"kind": "cancel", "subject": "enterprise", "storage": "own"}, [("storage", UNKNOWN)], "not asked here"),
    ({"kind": "cancel", "subject": "enterprise", "pet": "cat"}, [("pet", UNKNOWN)], "no such question"),
    (
        {"kind": "x", "subject": "enterprise", "pet": "cat"},
        [("storage", MISSING), ("kind", UNKNOWN), ("pet", UNKNOWN)],
        "all at once",
    ),
]


@pytest.mark.parametrize(("answers", "problems", "reason"), SITUATIONS)
def test_answers_that_make_no_situation(answers: Mapping[str, str], problems: list[tuple[str, str]], reason: str) -> None:
    with pytest.raises(SituationError) as caught:
        select(kit.edition().matter, answers)
    assert [(problem.pointer.removeprefix("/situation/"), problem.code) for problem in caught.value.problems] == problems, (
        reason
    )
    assert all("请" in p.message or "可选" in p.message for p in caught.value.problems), "the cure"


def test_an_answer_is_not_thrown_back_whole() -> None:
    with pytest.raises(SituationError) as caught:
        select(kit.edition().matter, {"kind": "211281200305159019" + "x" * 9999})
    assert "211281200305159019" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("kind", "result", "asked", "reason"),
    [
        ("first", Result.ISSUE, {"cross_province", "grains", "warehouses"}, "everything is asked"),
        ("change", Result.SUPERSEDE, {"grains", "warehouses"}, "what was told stays told"),
    ],
)
def test_the_answers_choose(kind: str, result: Result, asked: set[str], reason: str) -> None:
    situation = select(kit.edition().matter, {"kind": kind, "subject": "enterprise", "storage": "own"})
    assert situation.result is result
    assert {"cross_province", "grains", "warehouses", "lease_contract"} & situation.fields.keys() == asked, reason


def test_a_record_is_read_only_where_the_situation_has_a_use_for_it() -> None:
    matter = kit.edition().matter
    listing = matter.records["listing"].model_copy(update={"when": "situation.kind == 'first'"})
    limited = matter.model_copy(update={"records": {**matter.records, "listing": listing}})
    first = {"kind": "first", "subject": "enterprise", "storage": "own"}
    assert select(limited, first).records.keys() == {"enterprise", "authority", "listing"}
    assert select(limited, {"kind": "cancel", "subject": "enterprise"}).records.keys() == {"enterprise", "authority"}


def test_only_valid_answers_are_remembered() -> None:
    published = Published(edition=kit.edition(), version=1, digest="x")
    valid = {"kind": "cancel", "subject": "enterprise"}
    assert published.situation(valid) is published.situation(dict(reversed(valid.items())))
    with pytest.raises(SituationError):
        published.situation({"kind": "x"})
    assert len(published._situations) == 1


@pytest.mark.parametrize(
    ("expression", "named", "reason"),
    [
        ("a.b == 'c.d' and not (x in [1, 2e3])", ("a.b", "x"), "texts and numbers are no paths"),
        ("all(form.rows, #.a.b == form.c)", ("form.c", "form.rows"), "a row's own values are no paths"),
        ("len($root.form.rows) > 0", ("form.rows",), "the root is said or not"),
        ("abs(a) + max([b, c])", ("a", "b", "c"), "functions are no paths"),
        ("enterprise.Status == 粮.食 or form.x2", ("enterprise.Status", "form.x2", "粮.食"), "any writing is seen"),
        ("true and null == false", (), "words of the language"),
    ],
)
def test_the_paths_of_an_expression(expression: str, named: tuple[str, ...], reason: str) -> None:
    assert paths(expression) == named, reason


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("1 + 1", "a number"),
        ("a", "a missing value"),
        ("'yes'", "a text"),
        ("a > 1 and true", "null compared"),
        ("not a", "not null"),
    ],
)
def test_neither_true_nor_false_is_an_error(expression: str, reason: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        pytest.fail(f"{holds(expression, {})}: {reason}")
    assert "\n" not in str(caught.value), "no backtrace of the engine"


@settings(max_examples=30, deadline=None)
@given(
    st.recursive(st.none() | st.text(max_size=3), lambda inner: st.dictionaries(st.text("ab", max_size=1), inner)),
    st.text("ab."),
)
def test_a_path_never_fails(roots: object, path: str) -> None:
    value_at(roots if isinstance(roots, dict) else {}, path)


def test_an_option_no_longer_offered_stays_as_its_code() -> None:
    fields = kit.edition().matter.fields
    assert worded(fields, {"grains": ["corn", "millet"], "promise": True}) == {"grains": "玉米、millet", "promise": True}


@pytest.mark.parametrize(
    ("fen", "told", "reason"),
    [
        (0, "0.00 元", "nothing"),
        (5, "0.05 元", "less than a yuan"),
        (3_000_000, "30,000.00 元", "thirty thousand yuan"),
        (123_456_789.0, "1,234,567.89 元", "a JSON number that is whole"),
        (9_007_199_254_740_991, "90,071,992,547,409.91 元", "the largest whole number that JSON carries exactly"),
    ],
)
def test_money_is_whole_fen_told_in_yuan(fen: float, told: str, reason: str) -> None:
    fields = {"capital": Field(label="活动资金（元）", type=FieldType.MONEY)}
    assert worded(fields, {"capital": fen}) == {"capital": told}, reason


@pytest.mark.parametrize(("fen", "code"), [(-1, "field-range"), (0.5, "field-type"), ("3万", "field-type")])
def test_money_that_is_not_whole_fen_is_a_problem(fen: object, code: str) -> None:
    with pytest.raises(FormError) as caught:
        Form({"capital": Field(label="活动资金（元）", type=FieldType.MONEY)}).check({"capital": fen})
    assert [problem.code for problem in caught.value.problems] == [code]
