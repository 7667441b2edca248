"""Deciding: three values, strongest effect, every reason, and nothing approved on what is not known."""

from dataclasses import replace
from datetime import UTC
from itertools import combinations, permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miaoban.catalogue.condition import Basis, Condition, Effect, Redirect
from miaoban.catalogue.publication import Published
from miaoban.decision.facts import Applicant, Facts, Held
from miaoban.decision.outcome import Decision, Outcome, decide
from miaoban.decision.provenance import grades
from miaoban.decision.verdict import Truth
from miaoban.evidence.record import Evidence, State
from tests import kit

ANSWERS = {"kind": "first", "subject": "enterprise", "storage": "none"}
MATTER = kit.edition().matter
SITUATION, _ = Published(edition=kit.edition(), version=1, digest="x").situation(ANSWERS)
NAMES = {"enterprise": "甲库", "authority": "乙库", "listing": "丙库"}
BAD = "1 + 1"
"""An expression that is neither true nor false."""


def facts(corrected: bool = False, held: Held | None = None, **values: Any) -> Facts:  # noqa: FBT001, FBT002
    """Facts in which a record is held with the values given; None leaves it unknown, False means that there is none."""
    evidence = {name: _evidence(name, values.get(name)) for name in NAMES}
    return Facts(
        now=kit.NOW,
        region="211281",
        situation=ANSWERS,
        applicant=Applicant(name="甄示例", number="p-1"),
        held=held or Held(),
        form={"uscc": "91211281MAXX000158"},
        evidence=evidence,
        corrected=corrected,
    )


def _evidence(name: str, values: Any) -> Evidence:
    state = State.UNKNOWN if values is None else State.HELD if values else State.NONE
    return Evidence(source=name, source_name=NAMES[name], state=state, values=values or {})


def condition(number: int, effect: Effect, holds: str, *needs: str) -> Condition:
    redirect = Redirect(to="not-needed") if effect is Effect.REDIRECT else None
    return Condition(
        id=f"T{number}",
        title=f"条件 {number}",
        basis=(Basis(law="示例法", article=f"第{number}条"),),
        needs=needs,
        holds=holds,
        otherwise=effect,
        redirect=redirect,
        says="不符合。",
        cure="请补正。",
    )


def decided(conditions: tuple[Condition, ...], known: Facts | None = None) -> Decision:
    situation = replace(SITUATION, conditions=conditions)
    return decide(MATTER, situation, known or facts())


TRUTHS = {
    "true": ("true", ()),
    "false": ("false", ()),
    "unknown": ("enterprise.present", ("enterprise.present",)),
    "defect": (BAD, ()),
}
Made = list[tuple[Effect, str]]
made = st.lists(st.tuples(st.sampled_from(Effect), st.sampled_from(sorted(TRUTHS))), max_size=6)


def conditions_of(given: Made) -> tuple[Condition, ...]:
    return tuple(condition(n, effect, TRUTHS[truth][0], *TRUTHS[truth][1]) for n, (effect, truth) in enumerate(given))


few = settings(max_examples=50, deadline=None)


@few
@given(made)
def test_approval_needs_every_condition_known_true_but_hints(given: Made) -> None:
    approved = decided(conditions_of(given)).outcome is Outcome.APPROVED
    assert approved == all(truth == "true" for effect, truth in given if effect is not Effect.FLAG)


@few
@given(made)
def test_an_unknown_neither_approves_nor_refuses(given: Made) -> None:
    """Without its unknowns a decision is at most as strong; an unknown adds a wait or a person, or a flag to a hint."""
    known = [(effect, truth) for effect, truth in given if truth in {"true", "false"}]
    with_unknown, without = decided(conditions_of(given)).outcome, decided(conditions_of(known)).outcome
    if with_unknown is not without:
        assert with_unknown in {Outcome.WAITING, Outcome.REVIEWING}
        assert without in {Outcome.APPROVED, Outcome.REVIEWING}


@few
@given(made, st.randoms(use_true_random=False))
def test_the_order_of_conditions_does_not_matter(given: Made, chance: Any) -> None:
    conditions = list(conditions_of(given))
    first = decided(tuple(conditions))
    chance.shuffle(conditions)
    again = decided(tuple(conditions))
    assert (again.outcome, again.waiting_for) == (first.outcome, first.waiting_for)
    assert {v.condition: v for v in again.verdicts} == {v.condition: v for v in first.verdicts}
    assert {v.condition for v in again.flags} == {v.condition for v in first.flags}


@few
@given(made)
def test_every_condition_has_a_verdict_and_every_reason_its_words(given: Made) -> None:
    decision = decided(conditions_of(given))
    assert [verdict.condition for verdict in decision.verdicts] == [f"T{n}" for n in range(len(given))]
    for verdict in decision.reasons:
        assert all((verdict.title, verdict.says, verdict.cure, all(basis.article for basis in verdict.basis)))
    assert not any(verdict.says for verdict in decision.verdicts if verdict.truth is Truth.TRUE)


STRENGTH = [
    (Effect.REDIRECT, "false", Outcome.REDIRECTED),
    (Effect.REFUSE, "false", Outcome.REFUSED),
    (Effect.CORRECT, "false", Outcome.CORRECTING),
    (Effect.REFUSE, "unknown", Outcome.WAITING),
    (Effect.REVIEW, "false", Outcome.REVIEWING),
    (Effect.FLAG, "false", Outcome.APPROVED),
]


@pytest.mark.parametrize(("stronger", "weaker"), list(combinations(STRENGTH, 2)))
def test_the_strongest_effect_wins(stronger: Any, weaker: Any) -> None:
    for pair in permutations((stronger, weaker)):
        decision = decided(conditions_of([(effect, truth) for effect, truth, _ in pair]))
        assert decision.outcome is stronger[2]
        assert len(decision.reasons) == 2, "both reasons are told"


SINGLE = [
    (Effect.FLAG, "unknown", Outcome.APPROVED, "a hint that cannot be checked is told to supervision"),
    (Effect.FLAG, "defect", Outcome.APPROVED, "a defect of a hint too"),
    (Effect.REFUSE, "defect", Outcome.REVIEWING, "a defect never refuses"),
    (Effect.REDIRECT, "defect", Outcome.REVIEWING, "nor redirects"),
    (Effect.CORRECT, "defect", Outcome.REVIEWING, "nor asks for correction"),
    (Effect.CORRECT, "unknown", Outcome.WAITING, "nobody is asked to correct what is not known"),
]


@pytest.mark.parametrize(("effect", "truth", "outcome", "reason"), SINGLE)
def test_what_is_not_known(effect: Effect, truth: str, outcome: Outcome, reason: str) -> None:
    decision = decided(conditions_of([(effect, truth)]))
    assert decision.outcome is outcome, reason
    assert decision.verdicts[0].truth is Truth.UNKNOWN
    assert bool(decision.flags) == (effect is Effect.FLAG)
    assert bool(decision.verdicts[0].defect) == (truth == "defect")


def test_a_wait_names_its_sources_only() -> None:
    unknown = ("enterprise.present and authority.present", "enterprise.present", "authority.present")
    decision = decided((condition(1, Effect.REFUSE, *unknown), condition(2, Effect.FLAG, "listing.present", "listing.present")))
    assert decision.waiting_for == ("乙库", "甲库"), "a hint is not waited for"


@pytest.mark.parametrize("effect", [Effect.REFUSE, Effect.CORRECT, Effect.REDIRECT, Effect.REVIEW])
def test_a_matter_may_say_that_nobody_waits_for_a_silent_source(effect: Effect) -> None:
    waits = condition(1, effect, "enterprise.present", "enterprise.present")
    goes_on = waits.model_copy(update={"silent": "review"})
    assert decided((waits,)).outcome is Outcome.WAITING
    decision = decided((goes_on,))
    assert decision.outcome is Outcome.REVIEWING
    assert decision.reasons[0].defect == "甲库暂时没有数据，转人工核查"
    assert decided((goes_on,), facts(enterprise={"present": True})).outcome is Outcome.APPROVED


def test_a_hint_that_goes_on_only_flags() -> None:
    hint = condition(1, Effect.FLAG, "enterprise.present", "enterprise.present").model_copy(update={"silent": "review"})
    assert decided((hint,)).outcome is Outcome.APPROVED


def test_a_record_whose_key_was_left_out_goes_to_a_person() -> None:
    known = facts()
    known = replace(known, evidence={name: e for name, e in known.evidence.items() if name != "enterprise"})
    decision = decided((condition(1, Effect.REFUSE, "enterprise.present", "enterprise.present"),), known)
    assert decision.outcome is Outcome.REVIEWING
    assert "enterprise" in str(decision.verdicts[0].defect)


@few
@given(made)
def test_a_correction_is_never_asked_twice(given: Made) -> None:
    first, second = decided(conditions_of(given)), decided(conditions_of(given), facts(corrected=True))
    assert second.outcome is not Outcome.CORRECTING
    assert second.outcome is (Outcome.REVIEWING if first.outcome is Outcome.CORRECTING else first.outcome)


FIRM = {"name": "示例", "status": "存续", "scope": "粮食", "legal_representative": "甄示例"}
RECORDS: dict[str, dict[str, str]] = {
    "enterprise": {**FIRM, "legal_representative_number": "p-1"},
    "authority": {"valid_until": "2027-01-01"},
    "listing": {"list": "经营异常名录"},
}
states = st.fixed_dictionaries({
    name: st.sampled_from([None, False, values, {**values, "status": "注销", "valid_until": "2020-01-01"}])
    for name, values in RECORDS.items()
})  # fmt: skip


@few
@given(states, st.sampled_from(sorted(RECORDS)), st.booleans())
def test_what_a_source_adds_turns_unknown_into_an_answer_only(known: dict[str, Any], name: str, there: bool) -> None:  # noqa: FBT001
    """A source that speaks changes no verdict that was already true or false."""
    before = decided(SITUATION.conditions, facts(**{**known, name: None}))
    after = decided(SITUATION.conditions, facts(**{**known, name: RECORDS[name] if there else False}))
    for old, new in zip(before.verdicts, after.verdicts, strict=True):
        assert old.truth in {Truth.UNKNOWN, new.truth}, old.condition
        assert set(new.missing) <= set(old.missing) or NAMES[name] in new.missing


@few
@given(states)
def test_the_same_facts_give_the_same_decision(known: dict[str, Any]) -> None:
    assert decided(SITUATION.conditions, facts(**known)) == decided(SITUATION.conditions, facts(**known))


def test_the_first_redirect_in_the_matters_order_leads() -> None:
    first = condition(1, Effect.REDIRECT, "false")
    other = first.model_copy(update={"id": "T2", "redirect": Redirect(to="situation", answers={"kind": "change"})})
    assert decided((first, other)).direction == decided((first,)).direction
    led = decided((other, first), facts(held=Held(present=True, licence="L"))).direction
    assert led is not None
    assert (led.answers, led.licence) == ({"kind": "change"}, "L")


@pytest.mark.parametrize(
    ("county", "organ", "reason"),
    [("211221", "211221", "the organ of the place"), ("999999", None, "no organ: the coordinator is named")],
)
def test_another_authority(county: str, organ: str | None, reason: str) -> None:
    sent = condition(1, Effect.REDIRECT, "false").model_copy(
        update={"redirect": Redirect(to="authority", region="form.county")}
    )
    direction = decided((sent,), replace(facts(), form={"county": county})).direction
    assert direction is not None
    assert (direction.organ.region if direction.organ else None) == organ, reason
    assert (MATTER.coordinator in (direction.note or "")) == (organ is None)


def test_the_laws_date_is_that_of_shanghai() -> None:
    half_past_midnight = kit.NOW.replace(hour=0, minute=30).astimezone(UTC)
    assert half_past_midnight.date().isoformat() == "2026-03-01"
    assert replace(facts(), now=half_past_midnight).today == "2026-03-02"


def test_values_have_their_grade() -> None:
    known = facts(enterprise={"name": "示例（甲）", "legal_representative": "甄示例"})
    form = {"enterprise_name": "示例(甲)", "legal_representative": "甄又一", "address": "路 1 号", "gone": 1}
    known = replace(known, form=form)
    assert grades(MATTER.fields, known) == {"enterprise_name": "A", "legal_representative": "D", "address": "D"}


def test_no_condition_against_it_is_approval() -> None:
    assert decided(()).outcome is Outcome.APPROVED
