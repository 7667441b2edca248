"""Facts: all that a decision knows, and the paths by which conditions name it."""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from miaoban.evidence.record import Evidence, State
from miaoban.models import Frozen

LAW_TIME = ZoneInfo("Asia/Shanghai")
OWN_ROOTS = frozenset({"form", "situation", "applicant", "organ", "held", "today"})


class Applicant(Frozen):
    """Who files: the name and the pseudonym of the resident number (the agent 经办人, or the person himself)."""

    number: str
    name: str | None = None


class Held(Frozen):
    """The licence in force, or the open case, for the same unique key."""

    present: bool = False
    licence: str | None = None
    case: str | None = None


class Facts(Frozen):
    """Everything a decision rests on.

    Personal numbers are pseudonyms; `now` is the moment of deciding; `corrected` tells that the one correction is used up.
    """

    now: datetime
    region: str
    situation: Mapping[str, str]
    applicant: Applicant
    held: Held
    form: Mapping[str, Any]
    evidence: Mapping[str, Evidence]
    corrected: bool = False

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
            "held": {"present": self.held.present, "licence": self.held.licence},
            "today": self.today,
        }
        return own | {name: _record_root(evidence) for name, evidence in self.evidence.items()}


def _record_root(evidence: Evidence) -> dict[str, Any]:
    if evidence.state is State.UNKNOWN:
        return {}
    return {"present": evidence.state is State.HELD, **evidence.values}
