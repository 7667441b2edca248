"""The bodies and answers of releases, where they are not the operations' own."""

from datetime import datetime

from pydantic import Field as Declared

from miaoban.catalogue.impact import Impact
from miaoban.catalogue.release import Release, Stage
from miaoban.models import Frozen


class ReleaseLine(Frozen):
    """A release's line in the list; `findings` counts what refuses it."""

    id: str
    matter: str
    name: str
    stage: Stage
    effective_from: datetime
    findings: int
    proposer: str | None = None
    confirmer: str | None = None
    version: int | None = None


class ReleaseList(Frozen):
    """A page of releases, newest first."""

    items: tuple[ReleaseLine, ...]
    cursor: str | None = None


class ReleaseAnswer(Frozen):
    """A release with its findings, and what it changes against the version before it, also in sentences."""

    release: Release
    impact: Impact
    lines: tuple[str, ...]


class ReasonBody(Frozen):
    """Why; the reason is part of the record."""

    reason: str = Declared(min_length=2, max_length=500)


def line_of(release: Release) -> ReleaseLine:
    """A release as it is listed."""
    shared = {name: getattr(release, name) for name in ReleaseLine.model_fields if name != "findings"}
    return ReleaseLine(**shared, findings=len(release.findings))
