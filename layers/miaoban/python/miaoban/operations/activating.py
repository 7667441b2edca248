"""Activating: published releases take effect on their day, in one commit with all that names the version in force."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import NamedTuple

from miaoban.catalogue.errors import ReleaseAlteredError, ReleaseNotFoundError
from miaoban.catalogue.publication import Edition, Pointer
from miaoban.catalogue.release import Activated, Later, Release, Retired, Stage, fold
from miaoban.catalogue.releasing import activate, supersede
from miaoban.errors import MiaobanError
from miaoban.operations import keys, release_keys
from miaoban.operations.editions import in_force, refresh, replaced, unlist
from miaoban.operations.lineage_index import index_writes, write_index
from miaoban.operations.retrying import retried
from miaoban.operations.services import Services
from miaoban.storage import Commit, Delete, Item, Items, Key, Put, Range, Table, Write

Permit = Callable[[Release], None]
"""Lets a caller pass to a release; raises ForbiddenError."""


class Activations(NamedTuple):
    """How many releases took effect, and the errors that kept others from it: they are tried again."""

    activated: int
    failed: tuple[MiaobanError, ...]


class Found(NamedTuple):
    """A release with the pointer of its matter, as read together."""

    release: Release
    item: Item
    pointer: Pointer | None
    pointer_item: Item | None


def activate_due(services: Services, moment: datetime) -> Activations:
    """Let every release take effect whose date has come; done twice, nothing happens twice.

    `moment` is what a schedule says; where the clock says less, the clock holds: nothing takes effect before its date.
    """
    now = min(moment, services.now())
    activated, failed = 0, list[MiaobanError]()
    for release_id in list(_due(services, now)):
        try:
            activated += retried(partial(_activate, services, release_id, now))
        except MiaobanError as error:
            failed.append(error)
    return Activations(activated, tuple(failed))


def _due(services: Services, now: datetime) -> Iterator[str]:
    cursor: str | None = None
    while True:
        page = services.store.query(Range(None, release_keys.DUE, Table.CATALOGUE, end=f"{keys.due_at(now)}$", cursor=cursor))
        yield from (item.key.sort.partition("#")[2] for item in page.items)
        if (cursor := page.cursor) is None:
            return


def _activate(services: Services, release_id: str, now: datetime) -> bool:
    found = found_in(read_with_pointer(services, release_id), release_id)
    events = activate(found.release, found.pointer, now)
    if events:
        carry_out(services, found, events)
    return bool(events)


def carry_out(services: Services, found: Found, events: tuple[Later, ...], *more: Write) -> None:
    """Write some events of a release in one commit, with what else is to be written.

    What takes effect is in the lineage index before, and what it replaces leaves it afterwards: a crash in between leaves
    items that nobody believes, and doing it again mends them.
    """
    taking = any(isinstance(event, Activated) for event in events)
    if taking:
        write_index(services.store, index_writes(edition_of(services, found.release)))
    services.store.commit(Commit((*writes_of(services, found, events), *more)))
    if taking:
        unlist(services, refresh(services, found.release.matter))


def read_release(services: Services, release_id: str) -> Release:
    """A release; raises ReleaseNotFoundError."""
    key = release_keys.release(release_id)
    return Release.read(_item(services.store.read([key]), key).body)


def read_with_pointer(services: Services, release_id: str, *more: Key) -> Items:
    """Read a release together with its matter's pointer, and what else is asked for; raises ReleaseNotFoundError."""
    matter = read_release(services, release_id).matter
    return services.store.read([release_keys.release(release_id), keys.pointer(matter), *more])


def found_in(items: Items, release_id: str) -> Found:
    """The release and its matter's pointer among what was read; raises ReleaseNotFoundError."""
    item = _item(items, release_keys.release(release_id))
    release = Release.read(item.body)
    pointer_item = items.get(keys.pointer(release.matter))
    return Found(release, item, Pointer.read(pointer_item.body) if pointer_item else None, pointer_item)


def _item(items: Items, key: Key) -> Item:
    if key not in items:
        raise ReleaseNotFoundError("没有这次发布，请核对发布编号")
    return items[key]


def writes_of(services: Services, found: Found, events: tuple[Later, ...]) -> tuple[Write, ...]:
    """All that some events of a release write."""
    before, after = found.release, fold(found.release, events)
    key = release_keys.due(after.effective_from, after.id)
    writes: list[Write] = [Put(Item(found.item.key, after.text(), version=found.item.version + 1), found.item.version)]
    if after.stage is Stage.PUBLISHED:
        writes.append(Put(Item(key, after.id), replaces=None))
    elif before.stage is Stage.PUBLISHED:
        writes.append(Delete(key))
    for event in events:
        if isinstance(event, Activated):
            writes += _activated(services, found, event)
        elif isinstance(event, Retired):
            writes += _retired(found, event)
    return tuple(writes)


def _activated(services: Services, found: Found, event: Activated) -> Iterator[Write]:
    release = found.release
    pointer = Pointer(
        matter=release.matter, version=event.version, digest=release.digest, effective_from=event.at, release=release.id
    )
    yield from in_force(edition_of(services, release), pointer, found.pointer_item)
    yield from _superseded(services, found, event.at)


def _superseded(services: Services, found: Found, now: datetime) -> Iterator[Write]:
    earlier = found.pointer.release if found.pointer else None
    if earlier is None:
        return
    key = release_keys.release(earlier)
    item = _item(services.store.read([key]), key)
    release = Release.read(item.body)
    events = supersede(release, now)
    if events:
        yield Put(Item(key, fold(release, events).text(), version=item.version + 1), item.version)


def _retired(found: Found, event: Retired) -> Iterator[Write]:
    """End new applications, if this release is the one in force."""
    if found.pointer and found.pointer.release == found.release.id:
        yield replaced(found.pointer.model_copy(update={"retired": event.reason}), found.pointer_item)
        yield Delete(keys.listing(found.release.matter))


def edition_of(services: Services, release: Release) -> Edition:
    """The content of a release; raises ReleaseAlteredError when it is not what was checked."""
    key = release_keys.release_edition(release.id)
    edition = Edition.read(_item(services.store.read([key]), key).body)
    if edition.digest != release.digest:
        raise ReleaseAlteredError("发布的内容与检查时的摘要不符，被改动过，请重新起草")
    return edition
