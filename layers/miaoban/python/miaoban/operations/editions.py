"""The editions of matters: read once per process, checked on every decision, published by hand."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from miaoban.catalogue.errors import MatterNotFoundError, MatterRetiredError
from miaoban.catalogue.publication import Edition, Pointer, Published
from miaoban.catalogue.source import Source
from miaoban.models import Frozen
from miaoban.operations import keys
from miaoban.operations.lineage_index import index_removals, index_writes, write_index
from miaoban.operations.services import Services
from miaoban.storage import Commit, Item, Items, Page, Put, Range, Table, Write

# Who reads editions needs this validator in the first request: it is made while the process starts, which nobody waits for.
Edition.model_rebuild()


class Listed(Frozen):
    """A matter's line in the list of matters."""

    code: str
    name: str
    type: str
    case_type: str
    nature: str
    audience: tuple[str, ...]
    version: int


def current(services: Services, matter: str) -> Published:
    """The edition in force as this process knows it; `is_current` tells, with the facts, whether that still holds."""
    known = services.editions.get(matter)
    return known or refresh(services, matter)


def refresh(services: Services, matter: str) -> Published:
    """Read the edition in force, in one read.

    Raises MatterNotFoundError, or MatterRetiredError when it takes no new applications.
    """
    items = services.store.read([keys.pointer(matter), keys.current(matter)])
    item = items.get(keys.pointer(matter))
    pointer = Pointer.read(item.body) if item else None
    if pointer is None:
        raise MatterNotFoundError(f"没有“{matter[:60]}”这个事项，请在事项目录中核对编码")
    if pointer.retired is not None:
        raise MatterRetiredError(
            f"本事项已停止受理新的申请（{pointer.retired}），在办的办件照常办理，请在事项目录中查看其他事项"
        )
    known = services.editions.get(matter)
    if known is None or (known.version, known.digest) != (pointer.version, pointer.digest):
        known = services.editions[matter] = _in_force(services, pointer, items)
    return known


def _in_force(services: Services, pointer: Pointer, items: Items) -> Published:
    """The edition that a pointer names. A batch reads each item by itself: between two editions it may bring one of each."""
    item = items.get(keys.current(pointer.matter))
    edition = Edition.read(item.body) if item else None
    if edition is None or edition.digest != pointer.digest:
        return at_version(services, pointer.matter, pointer.version)
    return Published(edition=edition, version=pointer.version, digest=pointer.digest)


def at_version(services: Services, matter: str, version: int) -> Published:
    """A certain edition, in force or not; an open case keeps the one it began with."""
    known = services.editions.get(matter)
    if known and known.version == version:
        return known
    key = keys.edition(matter, version)
    edition = Edition.read(services.store.read([key])[key].body)
    return Published(edition=edition, version=version, digest=edition.digest)


def is_current(published: Published, items: Items) -> bool:
    """Whether the pointer among the items read still names this edition, and applications are still taken."""
    item = items.get(keys.pointer(published.matter.code))
    pointer = Pointer.read(item.body) if item else None
    return pointer is not None and pointer.digest == published.digest and pointer.retired is None


def listed(services: Services, cursor: str | None = None, limit: int = 50) -> Page:
    """The published matters, in order of their codes."""
    return services.store.query(Range(None, "MATTERS", Table.CATALOGUE, cursor=cursor, limit=limit))


def publish(services: Services, edition: Edition, effective_from: datetime) -> Published:
    """Put an edition in force without a release, for tests and measurements; the same content again changes nothing."""
    code = edition.matter.code
    found = services.store.read([keys.pointer(code)]).get(keys.pointer(code))
    before = Pointer.read(found.body) if found else None
    write_index(services.store, index_writes(edition))
    if before is None or before.digest != edition.digest or before.retired is not None:
        version = before.version + 1 if before else 1
        pointer = Pointer(matter=code, version=version, digest=edition.digest, effective_from=effective_from)
        services.store.commit(Commit(in_force(edition, pointer, found)))
    published = refresh(services, code)
    unlist(services, published)
    return published


def unlist(services: Services, published: Published) -> None:
    """Remove from the lineage index the edition that was in force before this one."""
    before = at_version(services, published.matter.code, published.version - 1) if published.version > 1 else None
    if before is not None and before.digest != published.digest:
        write_index(services.store, index_removals(before.edition))


def in_force(edition: Edition, pointer: Pointer, found: Item | None) -> tuple[Write, ...]:
    """All that puts an edition in force in place of what was found: the version, never written again, and what names it."""
    return (*_editions(edition, pointer.version), replaced(pointer, found), *_sources(edition.sources))


def _editions(edition: Edition, version: int) -> Iterable[Write]:
    matter = edition.matter
    line = Listed(
        code=matter.code,
        name=matter.name,
        type=matter.type,
        case_type=matter.case_type,
        nature=matter.nature,
        audience=matter.audience,
        version=version,
    )
    text = edition.text()
    yield Put(Item(keys.edition(matter.code, version), text))
    yield Put(Item(keys.current(matter.code), text), replaces=None)
    yield Put(Item(keys.listing(matter.code), line.text()), replaces=None)


def replaced(pointer: Pointer, found: Item | None) -> Put:
    """The write of a pointer in place of the one that was found."""
    replaces = found.version if found else 0
    return Put(Item(keys.pointer(pointer.matter), pointer.text(), version=replaces + 1), replaces=replaces)


def _sources(sources: Mapping[str, Source]) -> Iterable[Write]:
    for code, source in sources.items():
        yield Put(Item(keys.source(code), source.text()), replaces=None)
