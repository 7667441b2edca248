"""A release (发布) of a matter: its stages, what can happen to it, and the state folded from that.

draft -> checked -> published (proposed by one steward, confirmed by another) -> effective (from its date) -> retired.
A draft against which there are findings stays a draft for ever: mended content is another draft. What a shadow run came to
is kept whenever one is through, and changes no stage.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field as Declared

from miaoban.catalogue.finding import Finding
from miaoban.catalogue.shadow_run import Shadowed
from miaoban.models import Frozen


class Stage(StrEnum):
    """How far a release is."""

    DRAFT = "draft"
    CHECKED = "checked"
    PUBLISHED = "published"
    EFFECTIVE = "effective"
    RETIRED = "retired"


class Drafted(Frozen):
    """Somebody brought a matter's content, known from now on by its digest."""

    kind: Literal["drafted"] = "drafted"
    at: datetime
    by: str
    release: str
    matter: str
    name: str
    digest: str
    effective_from: datetime


class Checked(Frozen):
    """The checks were made: all that was found, and how many examples were played."""

    kind: Literal["checked"] = "checked"
    at: datetime
    findings: tuple[Finding, ...]
    examples: int


class Proposed(Frozen):
    """A steward proposed to publish, in place of the version then in force (0: none)."""

    kind: Literal["proposed"] = "proposed"
    at: datetime
    by: str
    base: int


class Confirmed(Frozen):
    """Another steward confirmed."""

    kind: Literal["confirmed"] = "confirmed"
    at: datetime
    by: str


class Withdrawn(Frozen):
    """A proposal, or a confirmation that has not taken effect, was taken back."""

    kind: Literal["withdrawn"] = "withdrawn"
    at: datetime
    by: str
    reason: str


class Activated(Frozen):
    """The release took effect as this version of its matter."""

    kind: Literal["activated"] = "activated"
    at: datetime
    version: int


class Retired(Frozen):
    """The release ended: a later one took its place (`by` nobody), or a steward ended the matter."""

    kind: Literal["retired"] = "retired"
    at: datetime
    by: str | None = None
    reason: str


Moving = Checked | Proposed | Confirmed | Withdrawn | Activated | Retired
Later = Moving | Shadowed
ReleaseEvent = Annotated[Drafted | Later, Declared(discriminator="kind")]


class Release(Frozen):
    """One release as it stands, with all that happened to it."""

    id: str
    matter: str
    name: str
    digest: str
    effective_from: datetime
    stage: Stage = Stage.DRAFT
    drafted_by: str
    findings: tuple[Finding, ...] = ()
    examples: int = 0
    shadow: Shadowed | None = None
    proposer: str | None = None
    confirmer: str | None = None
    base: int | None = None
    version: int | None = None
    reason: str | None = None
    history: tuple[ReleaseEvent, ...] = ()

    @property
    def proposed(self) -> bool:
        """Whether it waits for a second steward."""
        return self.stage is Stage.CHECKED and self.proposer is not None


def evolve(release: Release | None, event: Drafted | Later) -> Release:
    """The release after one more event."""
    if isinstance(event, Drafted):
        return _drafted(event)
    if release is None:
        raise ValueError("a release begins with its draft")
    changes = {"shadow": event} if isinstance(event, Shadowed) else _changes(event)
    return release.model_copy(update={"history": (*release.history, event), **changes})


def fold(release: Release | None, events: Iterable[Drafted | Later]) -> Release:
    """The release after some events, at least one if there is no release yet."""
    for event in events:
        release = evolve(release, event)
    if release is None:
        raise ValueError("no events, no release")
    return release


def _drafted(event: Drafted) -> Release:
    return Release(
        id=event.release,
        matter=event.matter,
        name=event.name,
        digest=event.digest,
        effective_from=event.effective_from,
        drafted_by=event.by,
        history=(event,),
    )


def _changes(event: Moving) -> dict[str, Any]:
    match event:
        case Checked():
            stage = Stage.DRAFT if event.findings else Stage.CHECKED
            return {"stage": stage, "findings": event.findings, "examples": event.examples}
        case Proposed():
            return {"proposer": event.by, "base": event.base, "reason": None}
        case Confirmed():
            return {"stage": Stage.PUBLISHED, "confirmer": event.by}
        case Withdrawn():
            back = {"proposer": None, "confirmer": None, "base": None}
            return {"stage": Stage.CHECKED, "reason": event.reason, **back}
        case Activated():
            return {"stage": Stage.EFFECTIVE, "version": event.version}
        case Retired():
            return {"stage": Stage.RETIRED, "reason": event.reason}
