"""What can happen to a case. Events carry no personal numbers; names stand in the state and the receipt only."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import Field as Declared

from miaoban.catalogue.layout import Retention
from miaoban.catalogue.regions import Organ
from miaoban.decision.conclusion import Concluded
from miaoban.decision.outcome import Direction, Outcome
from miaoban.decision.verdict import Verdict
from miaoban.evidence.privacy import Private
from miaoban.evidence.proof import Vouched
from miaoban.models import Frozen


class Party(Frozen):
    """Who filed: the owner key under which he finds his cases, his name, and his number."""

    owner: str
    number: Private
    name: str | None = None


class Opening(Frozen):
    """What a case begins with; `erase_after` is its edition's rule on how long it is kept, if there is one."""

    case: str
    matter: str
    matter_name: str
    version: int
    edition: str
    organ: Organ
    situation: Mapping[str, str]
    party: Party
    form: Mapping[str, Any]
    assisted_by: str | None = None
    vouched: Mapping[str, Vouched] = Declared(default_factory=dict)
    erase_after: Retention | None = None


class Submitted(Frozen):
    """The application came in."""

    kind: Literal["submitted"] = "submitted"
    at: datetime
    opening: Opening


class Corrected(Frozen):
    """The applicant sent the one correction."""

    kind: Literal["corrected"] = "corrected"
    at: datetime
    form: Mapping[str, Any]


class WaitedRecord(Frozen):
    """A record that a case waits for; the key `*` stands for any word from a silent source.

    `kind` is said of one that its source is asked for.
    """

    source: str
    key: str
    kind: str | None = None


class Asked(Frozen):
    """A department whose opinion is asked for (并联审批): by code and in words, on which items, until the end of which day."""

    department: str
    by: str
    items: tuple[str, ...]
    deadline: date | None = None


class Judged(Frozen):
    """A decision was made, by machine or by a person.

    `deadline` is the last day of what it waits for, `valid_until` that of the licence that it brings, if it ends; `filled` is
    the form as it was decided on, prefilled values included. `asked` are the departments that give their opinions before a
    person decides; `without` says why late ones were left out.
    """

    kind: Literal["judged"] = "judged"
    at: datetime
    by: str
    outcome: Outcome
    reasons: tuple[Verdict, ...] = ()
    waiting_for: tuple[str, ...] = ()
    waiting_on: tuple[WaitedRecord, ...] = ()
    direction: Direction | None = None
    licence: str | None = None
    valid_until: date | None = None
    receipt: str
    reason: str | None = None
    conclusion: Concluded | None = None
    deadline: date | None = None
    filled: Mapping[str, Any] = Declared(default_factory=dict)
    asked: tuple[Asked, ...] = ()
    without: str | None = None


class Handed(Frozen):
    """The case went to a person: the wait ended, or the applicant asked for one (个人信息保护法 art. 24)."""

    kind: Literal["handed"] = "handed"
    at: datetime
    why: Literal["wait-ended", "asked-for-person"]
    deadline: date | None = None
    asked: tuple[Asked, ...] = ()


class Opined(Frozen):
    """A department that was asked gave its opinion: who of it, and why."""

    kind: Literal["opined"] = "opined"
    at: datetime
    by: str
    department: str
    agree: bool
    reason: str


class Disputed(Frozen):
    """A value of a department's record is held to be wrong: by whom, what would be right, and why.

    `key` is that of the record in private form, `digest` what it says now; it is waited for until `deadline`.
    """

    kind: Literal["disputed"] = "disputed"
    at: datetime
    by: str
    source: str
    source_name: str
    department: str
    record_kind: str
    key: Mapping[str, Any]
    field: str
    label: str
    says: str
    reason: str
    digest: str
    record: WaitedRecord
    deadline: date | None = None


class Upheld(Frozen):
    """The department says that its record is right; the case goes to a person with both sides."""

    kind: Literal["upheld"] = "upheld"
    at: datetime
    by: str
    note: str
    deadline: date | None = None
    asked: tuple[Asked, ...] = ()


class SetAside(Frozen):
    """The licence that the case brought was set aside: who proposed and who decided it, and why (行政许可法 art. 69)."""

    kind: Literal["set-aside"] = "set-aside"
    at: datetime
    licence: str
    proposer: str
    by: str
    reason: str


class Withdrawn(Frozen):
    """The applicant withdrew, or let the correction lapse (视为撤回)."""

    kind: Literal["withdrawn"] = "withdrawn"
    at: datetime
    why: Literal["by-applicant", "correction-lapsed"]
    reason: str | None = None


CaseEvent = Annotated[
    Submitted | Corrected | Judged | Handed | Opined | Disputed | Upheld | SetAside | Withdrawn, Declared(discriminator="kind")
]
