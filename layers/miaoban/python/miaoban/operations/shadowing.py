"""What a release changes: its impact against the version it replaces, and a shadow run over what was decided.

A run goes page by page, newest decisions first, each page one call. How far it is stands beside the release; what it came to
is the release's own once the last page is through, and without it nobody confirms a release of a matter that has decisions.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from miaoban.catalogue import releasing
from miaoban.catalogue.impact import Impact, impact
from miaoban.catalogue.publication import Edition, Pointer
from miaoban.catalogue.release import Release
from miaoban.catalogue.shadow_run import Tally
from miaoban.decision.receipt import RECEIPT
from miaoban.decision.shadow import UNKNOWN, Otherwise, Shadow, shadow
from miaoban.ledger.leaf import Leaf
from miaoban.models import Frozen
from miaoban.operations import keys, release_keys
from miaoban.operations.activating import Found, Permit, edition_of, found_in, read_with_pointer, writes_of
from miaoban.operations.editions import at_version
from miaoban.operations.once import Once
from miaoban.operations.retrying import retried
from miaoban.operations.services import Services
from miaoban.operations.views import view
from miaoban.storage import Commit, Delete, Index, Item, Put, Range, Write

RECEIPTS = 100
"""Receipts decided again in one call."""


class Running(Frozen):
    """How far a shadow run is: what its pages came to, against which version, and where it goes on."""

    base: int
    tally: Tally = Tally()
    cursor: str | None = None


class ShadowStep(Frozen):
    """A page of a shadow run: the decisions that differ, what all pages so far came to, and whether there are more."""

    receipts: int
    differing: tuple[Otherwise, ...]
    tally: Tally
    more: bool


class _Page(NamedTuple):
    shadow: Shadow
    tally: Tally
    cursor: str | None


def impact_of(services: Services, release: Release) -> Impact:
    """What a release changes against the version that it replaced, or would replace now."""
    return impact(_before(services, release), edition_of(services, release))


def has_decisions(services: Services, matter: str) -> bool:
    """Whether anything of a matter has been decided."""
    return bool(services.store.query(Range(Index.QUEUE, keys.decided(matter), limit=1)).items)


def run_shadow(services: Services, release_id: str, by: str, once: Once, permit: Permit) -> Mapping[str, Any]:
    """Decide the next page of the matter's receipts again; after the last one the release keeps what the run came to.

    A run that was through is begun anew, as is one that began against another version. Raises ReleaseStateError.
    """

    def attempt() -> Mapping[str, Any]:
        key = release_keys.shadow_run(release_id)
        items = read_with_pointer(services, release_id, once.key, key)
        found = found_in(items, release_id)
        permit(found.release)
        answered = once.answered(items)
        if answered is not None:
            return answered
        releasing.may_be_tried(found.release)
        running = _running(found, items.get(key))
        page = _page(services, found.release, running.cursor)
        tally = running.tally.plus(page.tally)
        step = ShadowStep(receipts=page.shadow.receipts, differing=page.shadow.differing, tally=tally, more=bool(page.cursor))
        answer = view(step)
        after = running.model_copy(update={"tally": tally, "cursor": page.cursor})
        writes = _writes(services, found, by, (items.get(key), after))
        services.store.commit(Commit((*writes, once.remember(answer))))
        return answer

    return retried(attempt)


def _running(found: Found, item: Item | None) -> Running:
    base = found.pointer.version if found.pointer else 0
    running = Running.read(item.body) if item else None
    return running if running and running.base == base else Running(base=base)


def _writes(services: Services, found: Found, by: str, run: tuple[Item | None, Running]) -> tuple[Write, ...]:
    """How far the run is, or, once it is through, what it came to in place of that."""
    item, after = run
    key, version = release_keys.shadow_run(found.release.id), item.version if item else 0
    if after.cursor is not None:
        return (Put(Item(key, after.text(), version=version + 1), replaces=version),)
    events = releasing.shadowed(found.release, by, after.tally, after.base, services.now())
    return (*writes_of(services, found, events), Delete(key, version if item else None))


def _page(services: Services, release: Release, cursor: str | None) -> _Page:
    question = Range(Index.QUEUE, keys.decided(release.matter), descending=True, limit=RECEIPTS, cursor=cursor)
    page = services.store.query(question)
    leaves = [Leaf.read(item.body) for item in page.items]
    wanted = [keys.receipt(leaf.case, leaf.sequence) for leaf in leaves]
    items = services.store.read(wanted) if wanted else {}
    receipts = [RECEIPT.validate_json(items[key].body) for key in wanted if key in items]
    found = shadow(edition_of(services, release), receipts, _before(services, release))
    return _Page(found, _tally(found, leaves), page.cursor)


def _tally(found: Shadow, leaves: list[Leaf]) -> Tally:
    return Tally(
        examined=len(leaves),
        same=found.same,
        otherwise=found.otherwise,
        unknown=found.unknown,
        erased=len(leaves) - found.receipts,
        cases=tuple(one.case for one in found.differing if one.new not in {UNKNOWN, one.old}),
        until=leaves[0].at if leaves else None,
        newest=leaves[0].case if leaves else None,
    )


def _before(services: Services, release: Release) -> Edition | None:
    """The edition before a release: that of the version before its own, or the one in force."""
    version = release.version - 1 if release.version else _version(services, release.matter)
    return at_version(services, release.matter, version).edition if version else None


def _version(services: Services, matter: str) -> int:
    item = services.store.read([keys.pointer(matter)]).get(keys.pointer(matter))
    return Pointer.read(item.body).version if item else 0
