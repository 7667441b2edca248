"""The outcome of a decision: the strongest effect wins, and every reason is listed.

Redirect comes before all: an authority without competence, or a filing that the law does not ask for, is not judged on
its substance (行政许可法 art. 32). Correction comes before waiting because its one notice must go out in time. Waiting comes
before review because what a source may yet say can spare the person. A correction is asked once (art. 32): what is still
wrong afterwards goes to a person.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from pydantic import Field as Declared

from miaoban.catalogue.condition import Condition, Effect, Redirect
from miaoban.catalogue.expressions import value_at
from miaoban.catalogue.matter import Matter
from miaoban.catalogue.regions import Organ
from miaoban.catalogue.situations import Situation
from miaoban.decision.conditions import judge
from miaoban.decision.facts import Facts
from miaoban.decision.materials import unready
from miaoban.decision.verdict import Truth, Verdict
from miaoban.models import Frozen


class Outcome(StrEnum):
    """What a decision comes to."""

    REDIRECTED = "redirected"
    REFUSED = "refused"
    CORRECTING = "correcting"
    WAITING = "waiting"
    REVIEWING = "reviewing"
    APPROVED = "approved"


class Direction(Frozen):
    """Where a redirected applicant is sent."""

    to: str
    organ: Organ | None = None
    matter: str | None = None
    matter_name: str | None = None
    answers: Mapping[str, str] = Declared(default_factory=dict)
    licence: str | None = None
    note: str | None = None


class Decision(NamedTuple):
    """One decision: the outcome, all verdicts, the sources it waits for, and the direction if redirected.

    `reasons` are the verdicts that stand against approval, and the flags.
    """

    outcome: Outcome
    verdicts: tuple[Verdict, ...]
    reasons: tuple[Verdict, ...]
    waiting_for: tuple[str, ...]
    direction: Direction | None

    @property
    def flags(self) -> tuple[Verdict, ...]:
        """What supervision must hear of: flag conditions that are false, or could not be checked."""
        return tuple(verdict for verdict in self.reasons if _kind(verdict) == "flag")


_STRENGTH = {
    "redirect": Outcome.REDIRECTED,
    "refuse": Outcome.REFUSED,
    "correct": Outcome.CORRECTING,
    "wait": Outcome.WAITING,
    "review": Outcome.REVIEWING,
}


def decide(matter: Matter, situation: Situation, facts: Facts) -> Decision:
    """Decide on the facts: pure, total, the same answer for the same input."""
    verdicts = (*judge(matter, situation, facts), *unready(matter, facts))
    reasons = tuple(verdict for verdict in verdicts if verdict.truth is not Truth.TRUE)
    kinds = {_kind(verdict) for verdict in reasons}
    outcome = next((outcome for kind, outcome in _STRENGTH.items() if kind in kinds), Outcome.APPROVED)
    if outcome is Outcome.CORRECTING and facts.corrected:
        outcome = Outcome.REVIEWING
    direction = _direction(matter, situation, facts, reasons) if outcome is Outcome.REDIRECTED else None
    return Decision(outcome, verdicts, reasons, _waiting_for(reasons), direction)


def _kind(verdict: Verdict) -> str:
    """The effect's name; an unknown waits, a defect goes to a person, an unknown hint only flags."""
    if verdict.effect is not None:
        return verdict.effect.value
    if verdict.hint:
        return "flag"
    return "review" if verdict.defect else "wait"


def _waiting_for(reasons: tuple[Verdict, ...]) -> tuple[str, ...]:
    return tuple(sorted({name for verdict in reasons if _kind(verdict) == "wait" for name in verdict.missing}))


def _direction(matter: Matter, situation: Situation, facts: Facts, reasons: tuple[Verdict, ...]) -> Direction:
    """Follow the first redirecting condition in the matter's order."""
    sent = {verdict.condition for verdict in reasons if verdict.effect is Effect.REDIRECT}
    condition = next(condition for condition in situation.conditions if condition.id in sent)
    return _resolve(matter, facts, _redirect(condition))


def _redirect(condition: Condition) -> Redirect:
    return condition.redirect or Redirect(to="not-needed")


def _resolve(matter: Matter, facts: Facts, redirect: Redirect) -> Direction:
    if redirect.to == "authority":
        region = str(value_at(facts.roots, redirect.region or ""))
        organ = matter.organ(region)
        note = None if organ else f"该区划没有登记受理机关，请联系{matter.coordinator}"
        return Direction(to=redirect.to, organ=organ, note=note)
    if redirect.to == "situation":
        note = f"原证照已于 {facts.held.expired} 到期" if facts.held.expired else None
        return Direction(to=redirect.to, answers=dict(redirect.answers), licence=facts.held.licence, note=note)
    if redirect.to == "held":
        return Direction(to=redirect.to, licence=facts.held.licence)
    return Direction(to=redirect.to, matter=redirect.matter, matter_name=redirect.name, answers=dict(redirect.answers))
