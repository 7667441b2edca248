"""A matter (事项) as published: everything a decision of it needs, in one immutable model."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

from pydantic import Field as Declared

from miaoban.calendar import Limit
from miaoban.catalogue.fields import Field
from miaoban.models import Frozen


class Effect(StrEnum):
    """What a condition that does not hold leads to, strongest first."""

    REDIRECT = "redirect"
    REFUSE = "refuse"
    CORRECT = "correct"
    REVIEW = "review"
    FLAG = "flag"


class Basis(Frozen):
    """The article of law that a condition or a matter rests on."""

    law: str
    article: str


class Result(StrEnum):
    """What an approved case does to the holder's licence."""

    ISSUE = "issue"
    SUPERSEDE = "supersede"
    CANCEL = "cancel"


class Answer(Frozen):
    """One answer to a question of the situation."""

    label: str
    effect: Result | None = None


class Question(Frozen):
    """A question that tells situations (情形) apart; asked only when `when` holds on the answers so far."""

    label: str
    answers: Mapping[str, Answer]
    when: str | None = None


class RecordUse(Frozen):
    """A record of a source that the matter compares with, found by the values at the paths in `key`."""

    source: str
    kind: str
    key: tuple[str, ...]


class Material(Frozen):
    """A material (材料): whose it is, whether it is needed, and the record that spares it or the fields that carry it."""

    name: str
    class_: Literal["government", "own", "third-party"] = Declared(alias="class")
    necessity: Literal["1", "2", "3"]
    when: str | None = None
    record: str | None = None
    fields: tuple[str, ...] = ()


class Match(Frozen):
    """A declared value that must equal the held one after normalisation."""

    declared: str
    held: str
    method: Literal["name", "exact"] = "exact"


class Redirect(Frozen):
    """Where to send the applicant: nowhere (no filing needed), another authority, or another situation."""

    to: Literal["not-needed", "authority", "situation"]
    region: str | None = None
    answers: Mapping[str, str] = Declared(default_factory=dict)


class Enough(Frozen):
    """What makes a condition hold by itself, so that nothing else needs to be known: a true expression on what it needs."""

    needs: tuple[str, ...] = ()
    holds: str


class Condition(Frozen):
    """One condition: it holds when `holds` is true or all `matches` agree; else `otherwise`, with words for people.

    `enough` spares the rest: a condition that it makes true does not wait for sources that only the rest would need.
    """

    id: str
    title: str
    basis: Basis
    when: str | None = None
    needs: tuple[str, ...] = ()
    holds: str | None = None
    enough: Enough | None = None
    matches: tuple[Match, ...] = ()
    otherwise: Effect
    redirect: Redirect | None = None
    says: str
    cure: str


class Organ(Frozen):
    """The authority that receives and decides in one region."""

    region: str
    place: str
    name: str
    uscc: str
    department: str


class Reviewer(Frozen):
    """The named role that takes what a machine must not decide."""

    role: str
    name: str
    department: str


class TimeLimit(Limit):
    """A limit and the event from which it runs."""

    start: Literal["submission", "notice", "task"]


class Limits(Frozen):
    """The matter's time limits: to decide, to correct, to wait for a source, to review by a person."""

    promised: TimeLimit
    correction: TimeLimit
    wait: TimeLimit
    review: TimeLimit


class Holder(Frozen):
    """The paths of the holder's code and name, and the kind of code (001 USCC, 111 resident number)."""

    code: str
    name: str
    kind: str


class Content(Frozen):
    """One labelled line of the licence and the path of its value."""

    label: str
    value: str


class LicenceLayout(Frozen):
    """What the licence is called, its type code (GB/T 36904) and what stands on it."""

    name: str
    type_code: str
    statement: str | None = None
    contents: tuple[Content, ...]


class Matter(Frozen):
    """A matter's whole published definition."""

    code: str
    name: str
    type: str
    case_type: Literal["instant", "promised"]
    nature: Literal["filing", "licence", "other"]
    audience: tuple[str, ...]
    level: str
    basis: tuple[Basis, ...]
    limits: Limits
    holder: Holder
    unique: tuple[str, ...]
    reviewer: Reviewer
    organs: tuple[Organ, ...]
    coordinator: str
    result: LicenceLayout
    fields: Mapping[str, Field]
    questions: Mapping[str, Question]
    records: Mapping[str, RecordUse]
    materials: Mapping[str, Material]
    conditions: tuple[Condition, ...]

    def organ(self, region: str) -> Organ | None:
        """The organ of a region, if the matter names one."""
        return next((organ for organ in self.organs if organ.region == region), None)
