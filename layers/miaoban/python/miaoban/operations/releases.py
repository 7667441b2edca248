"""Releases: drafted and checked, proposed by one steward, confirmed by another, withdrawn, retired."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import AwareDatetime

from miaoban.catalogue import releasing
from miaoban.catalogue.publication import Edition, Pointer
from miaoban.catalogue.release import Drafted, Later, Release, fold
from miaoban.decision.checks import findings
from miaoban.decision.example import Example
from miaoban.decision.facts import LAW_TIME
from miaoban.models import Frozen
from miaoban.operations import release_keys
from miaoban.operations.activating import Found, Permit, carry_out, edition_of, found_in, read_with_pointer
from miaoban.operations.astray import NONE, Beside, astray
from miaoban.operations.once import Once
from miaoban.operations.retrying import retried
from miaoban.operations.services import Services
from miaoban.operations.shadowing import has_decisions
from miaoban.operations.views import view
from miaoban.storage import Commit, Item, Page, Put, Range, Table

RELEASE_LETTERS = 8

Decide = Callable[[Release, Pointer | None, datetime], tuple[Later, ...]]


class Said(NamedTuple):
    """Who ends something, and why."""

    by: str
    reason: str


class Drafting(Frozen):
    """A matter's content with its examples, and from when it shall hold; at once unless said otherwise."""

    edition: Edition
    examples: Mapping[str, Example]
    effective_from: AwareDatetime | None = None


def draft(services: Services, content: Drafting, by: str, once: Once, beside: Beside = NONE) -> Mapping[str, Any]:
    """Take and check a content; what stands against it is in its findings. `beside` are matters to be published with it."""
    edition = content.edition
    found = findings(edition, content.examples) or astray(services, edition.matter, beside)

    def attempt() -> Mapping[str, Any]:
        answered = once.answered(services.store.read([once.key]))
        if answered is not None:
            return answered
        now = services.now()
        drafted = Drafted(
            at=now,
            by=by,
            release=f"{now.astimezone(LAW_TIME):%Y%m%d%H%M%S}-{services.new_id(RELEASE_LETTERS)}",
            matter=edition.matter.code,
            name=edition.matter.name,
            digest=edition.digest,
            effective_from=content.effective_from or now,
        )
        release = fold(None, releasing.draft(drafted, found, len(content.examples)))
        answer = view(release)
        stored = Put(Item(release_keys.release_edition(release.id), edition.text()))
        services.store.commit(
            Commit((Put(Item(release_keys.release(release.id), release.text())), stored, once.remember(answer)))
        )
        return answer

    return retried(attempt)


def propose(services: Services, release_id: str, by: str, once: Once, permit: Permit) -> Mapping[str, Any]:
    """Propose to publish; raises ReleaseRefusedError with all findings, ReleaseStateError."""
    return _advance(services, release_id, once, permit, lambda release, at, now: releasing.propose(release, by, at, now))


def confirm(
    services: Services, release_id: str, by: str, once: Once, permit: Permit, beside: Beside = NONE
) -> Mapping[str, Any]:
    """Confirm as another steward.

    Raises FourEyesError, ReleaseStateError, ShadowMissingError, or ReleaseRefusedError for redirects gone astray.
    """

    def decide(release: Release, at: Pointer | None, now: datetime) -> tuple[Later, ...]:
        events = releasing.confirm(release, by, at, now, decided=has_decisions(services, release.matter))
        releasing.refuse(astray(services, edition_of(services, release).matter, beside))
        return events

    return _advance(services, release_id, once, permit, decide)


def withdraw(services: Services, release_id: str, said: Said, once: Once, permit: Permit) -> Mapping[str, Any]:
    """Take back a proposal, or a confirmation before it takes effect; raises ReleaseStateError."""
    return _advance(services, release_id, once, permit, lambda release, _, now: releasing.withdraw(release, *said, now))


def retire(services: Services, release_id: str, said: Said, once: Once, permit: Permit) -> Mapping[str, Any]:
    """End the release in force, so that no new applications are taken; raises ReleaseStateError."""
    return _advance(services, release_id, once, permit, lambda release, _, now: releasing.retire(release, *said, now))


def listed(services: Services, cursor: str | None = None) -> Page:
    """All releases, newest first: they are numbered by the second of their draft."""
    return services.store.query(Range(None, release_keys.RELEASES, Table.CATALOGUE, descending=True, cursor=cursor))


def _advance(services: Services, release_id: str, once: Once, permit: Permit, decide: Decide) -> Mapping[str, Any]:
    """Take one step of a release on fresh data, and answer the same to the same Idempotency-Key."""

    def attempt() -> Mapping[str, Any]:
        items = read_with_pointer(services, release_id, once.key)
        found: Found = found_in(items, release_id)
        permit(found.release)
        answered = once.answered(items)
        if answered is not None:
            return answered
        events = decide(found.release, found.pointer, services.now())
        answer = view(fold(found.release, events))
        carry_out(services, found, events, once.remember(answer))
        return answer

    return retried(attempt)
