"""The bodies and answers of the HTTP API, where they are not the operations' own."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ConfigDict, RootModel
from pydantic import Field as Declared

from miaoban.case.case import Status
from miaoban.case.opinion import Opinion
from miaoban.catalogue.matter import Conclusion
from miaoban.catalogue.regions import Organ
from miaoban.decision.conclusion import Concluded
from miaoban.decision.outcome import Direction
from miaoban.identifiers import ResidentId
from miaoban.models import Frozen
from miaoban.operations.draft import DraftRequest
from miaoban.operations.flagging import Flag
from miaoban.operations.set_aside import Proposal
from miaoban.operations.submit import Application
from miaoban.operations.views import CaseView, LicenceView, Reason


class PresentPerson(Frozen):
    """The applicant who stands at a window; a window names him, nobody else may."""

    name: str = Declared(max_length=60)
    number: ResidentId


class ApplicationBody(Application):
    """An application; `applicant` only from a window."""

    applicant: PresentPerson | None = None


class DraftBody(DraftRequest):
    """A draft; `applicant` only from a window."""

    applicant: PresentPerson | None = None


class CaseAnswer(CaseView):
    """A case, and after an application what was repaired in it."""

    repairs: tuple[str, ...] = ()


class CorrectionBody(Frozen):
    """The fields to replace."""

    form: Mapping[str, Any] = Declared(min_length=1)


class WithdrawalBody(Frozen):
    """Why, if the applicant likes to say."""

    reason: str | None = Declared(default=None, max_length=500)


class EmptyBody(Frozen):
    """An empty object."""


class DecisionBody(Frozen):
    """An officer's decision: `approve`, or one of the task's `conclusions` if it has any; the reason is part of the record.

    `without_opinions` says why opinions of departments that are late are not waited for.
    """

    approve: bool | None = None
    conclusion: str | None = Declared(default=None, max_length=80)
    reason: str = Declared(min_length=2, max_length=1000)
    without_opinions: str | None = Declared(default=None, min_length=2, max_length=1000)


class OpinionBody(Frozen):
    """A department's opinion on its items; the reason is part of the record."""

    agree: bool
    reason: str = Declared(min_length=2, max_length=1000)


class DecidedTask(RootModel[CaseAnswer | Proposal]):
    """What became of a task: the case that was reviewed, or the proposal to set a licence aside."""

    model_config = ConfigDict(defer_build=True)


class SetAsideBody(Frozen):
    """Why a licence should be set aside."""

    reason: str = Declared(min_length=2, max_length=1000)


class ClosureBody(Frozen):
    """What supervision found."""

    note: str = Declared(min_length=2, max_length=1000)


class VerificationBody(Frozen):
    """Either number and code, or the text of the QR code."""

    number: str | None = Declared(default=None, max_length=160)
    code: str | None = Declared(default=None, max_length=20)
    qr: str | None = Declared(default=None, max_length=1200)


class PublicKey(Frozen):
    """A key that signs licences: its suite, and DER SubjectPublicKeyInfo in base64."""

    key_id: str
    suite: str
    spki: str


class PublicKeys(Frozen):
    """The keys with which QR texts verify offline."""

    keys: tuple[PublicKey, ...]


class CaseList(Frozen):
    """A page of cases, newest first."""

    items: tuple[CaseView, ...]
    cursor: str | None = None


class LicenceList(Frozen):
    """A page of licences, newest first."""

    items: tuple[LicenceView, ...]
    cursor: str | None = None


class Happening(Frozen):
    """One entry of a timeline."""

    number: int
    type: str
    status: Status
    at: datetime
    by: str | None = None
    reason: str | None = None
    conclusion: Concluded | None = None
    waiting_for: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    direction: Direction | None = None
    department: str | None = None
    agree: bool | None = None
    without_opinions: str | None = None


class Timeline(Frozen):
    """What happened to a case, oldest first."""

    items: tuple[Happening, ...]
    cursor: str | None = None


class Task(Frozen):
    """What a person must do: decide a case under review, give an opinion on it, decide a proposal to set a licence aside.

    Where there are `conclusions`, the decision names one of them by its code. `opinions` are those of the departments that were
    asked: all for who decides, the own for who is asked.
    """

    task: str
    kind: str
    matter_name: str
    organ: Organ
    role: str | None = None
    conclusions: Mapping[str, Conclusion] = Declared(default_factory=dict)
    deadline: str | None = None
    case: CaseView | None = None
    licence: str | None = None
    proposer: str | None = None
    reason: str | None = None
    opinions: tuple[Opinion, ...] = ()


class TaskList(Frozen):
    """A page of tasks, soonest deadline first."""

    items: tuple[Task, ...]
    cursor: str | None = None


class FlagList(Frozen):
    """A page of open flags, by county."""

    items: tuple[Flag, ...]
    cursor: str | None = None
