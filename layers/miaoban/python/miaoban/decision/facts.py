"""Facts: all that a decision knows, and the paths by which conditions name it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from pydantic_core import to_jsonable_python

from miaoban.evidence.proof import Vouched
from miaoban.evidence.record import Evidence, State
from miaoban.evidence.upload import Uploaded
from miaoban.models import CLOSED, given

LAW_TIME = ZoneInfo("Asia/Shanghai")
OWN_ROOTS = frozenset({"form", "situation", "applicant", "organ", "held", "quota", "parameter", "today"})


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who files: the name and the pseudonym of the resident number (the agent 经办人, or the person himself)."""

    __pydantic_config__ = CLOSED

    number: str
    name: str | None = None

    def document(self) -> dict[str, Any]:
        """The applicant as plain JSON values."""
        return given({"number": self.number, "name": self.name})


@dataclass(frozen=True, slots=True)
class Held:
    """The licence in force, or the open case, for the same unique key.

    A licence whose last day is over is not held: `expired` is that day.
    """

    __pydantic_config__ = CLOSED

    present: bool = False
    licence: str | None = None
    case: str | None = None
    expired: date | None = None

    def document(self) -> dict[str, Any]:
        """What is held as plain JSON values, without what is not."""
        return given({"present": self.present, "licence": self.licence, "case": self.case, "expired": self.ended})

    @property
    def ended(self) -> str | None:
        """The last day of a licence that is over, as rules compare days."""
        return self.expired.isoformat() if self.expired else None


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is left of the matter's quota before this decision; None when nobody knows its total."""

    __pydantic_config__ = CLOSED

    left: int | None = None

    def document(self) -> dict[str, Any]:
        """What is left as plain JSON values."""
        return given({"left": self.left})


@dataclass(frozen=True)
class Facts:
    """Everything a decision rests on.

    Personal numbers are pseudonyms; `now` is the moment of deciding; `corrected` tells that the one correction is used up.
    `vouched` is what seals and windows vouch for, `uploads` what is known of the files that the form names, by field.
    """

    __pydantic_config__ = CLOSED

    now: datetime
    region: str
    situation: Mapping[str, str]
    applicant: Applicant
    held: Held
    form: Mapping[str, Any]
    evidence: Mapping[str, Evidence]
    corrected: bool = False
    quota: Remaining | None = None
    vouched: Mapping[str, Vouched] | None = None
    uploads: Mapping[str, Uploaded] | None = None

    def document(self) -> dict[str, Any]:
        """The facts as plain JSON values: what a model would write, at half the cost, and every decision pays it."""
        quota = {"quota": self.quota.document()} if self.quota else {}
        vouched = {"vouched": {code: one.document() for code, one in self.vouched.items()}} if self.vouched else {}
        uploads = {"uploads": {code: one.document() for code, one in self.uploads.items()}} if self.uploads else {}
        return {
            **quota,
            **vouched,
            **uploads,
            "now": to_jsonable_python(self.now),
            "region": self.region,
            "situation": self.situation,
            "applicant": self.applicant.document(),
            "held": self.held.document(),
            "form": self.form,
            "evidence": {name: evidence.document() for name, evidence in self.evidence.items()},
            "corrected": self.corrected,
        }

    @property
    def today(self) -> str:
        """The law's date (Asia/Shanghai) of `now`."""
        return self.now.astimezone(LAW_TIME).date().isoformat()

    @cached_property
    def roots(self) -> Mapping[str, Any]:
        """The values under the first words of paths; a record's own words are `present` and its fields."""
        own = {
            "form": self.form,
            "situation": self.situation,
            "applicant": {"name": self.applicant.name, "number": self.applicant.number},
            "organ": {"region": self.region},
            "held": {"present": self.held.present, "licence": self.held.licence, "expired": self.held.ended},
            "quota": {"left": self.quota.left if self.quota else None},
            "today": self.today,
        }
        return own | {name: _record_root(evidence) for name, evidence in self.evidence.items()}


def _record_root(evidence: Evidence) -> dict[str, Any]:
    if evidence.state is State.UNKNOWN:
        return {}
    return {"present": evidence.state is State.HELD, **evidence.values}
