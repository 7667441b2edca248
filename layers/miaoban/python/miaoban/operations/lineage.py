"""Questions to the lineage index: who depends on a node, what is asked for without need, what a bundle merges."""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice

from miaoban.catalogue.bundle import Bundle, bundle
from miaoban.catalogue.lineage import Todo, todos
from miaoban.catalogue.nodes import ANY, Dependent, Kind, Node
from miaoban.catalogue.publication import Pointer
from miaoban.errors import FinalError
from miaoban.operations import keys
from miaoban.operations.editions import refresh
from miaoban.operations.lineage_index import Entry
from miaoban.operations.services import Services
from miaoban.storage import Item, Range, Table

MATTERS_A_PAGE = 10
"""Matters on a page of the to-do list: each of their materials is a question of its own."""
LARGEST_BUNDLE = 20
"""Matters of one bundle."""


class BundleError(FinalError):
    """Raised for a bundle of fewer than two matters, or of more than 20."""

    code = "bundle-invalid"


def page_of_uses(
    services: Services, node: Node, cursor: str | None = None, limit: int = 50
) -> tuple[tuple[Dependent, ...], str | None]:
    """A page of what depends on a node, by matter; items of editions that are not in force are passed over."""
    question = Range(None, keys.uses_partition(node), Table.CATALOGUE, limit=limit, cursor=cursor)
    page = services.store.query(question)
    return _in_force(services, page.items), page.cursor


def _in_force(services: Services, items: Sequence[Item]) -> tuple[Dependent, ...]:
    entries = [Entry.read(item.body) for item in items]
    pointers = services.store.read([keys.pointer(entry.dependent.matter) for entry in entries])
    standing = (Pointer.read(item.body) for item in pointers.values())
    believed = {pointer.digest for pointer in standing if pointer.retired is None}
    return tuple(entry.dependent for entry in entries if entry.edition in believed)


def page_of_todo(services: Services, cursor: str | None = None) -> tuple[tuple[Todo, ...], str | None]:
    """A page of the to-do list: what matters ask for although a source holds it, or although government issues it."""
    from miaoban.operations.standards import source_by_standard  # noqa: PLC0415  5 ms that only this page needs

    standard = source_by_standard(services)
    asking, more = page_of_uses(services, Node(Kind.ASKED, ANY), cursor, MATTERS_A_PAGE)
    held = cache(lambda node: tuple(islice(_every(services, node), 1)))  # the first will do, and is read once a page
    return tuple(todo for entry in asking for todo in todos(entry, held, standard)), more


def _every(services: Services, node: Node) -> Iterator[Dependent]:
    """Everything that depends on a node, read as far as it is asked for."""
    cursor: str | None = None
    while True:
        found, cursor = page_of_uses(services, node, cursor, MATTERS_A_PAGE)
        yield from found
        if cursor is None:
            return


def bundle_of(services: Services, matters: Sequence[str]) -> Bundle:
    """What a bundle of published matters merges; raises BundleError, MatterNotFoundError."""
    once = tuple(dict.fromkeys(matters))
    if not 1 < len(once) <= LARGEST_BUNDLE:
        raise BundleError(f"一件事由 2 至 {LARGEST_BUNDLE} 个事项组成，收到 {len(once)} 个，请用逗号分开写明事项编码")
    return bundle([refresh(services, matter).edition for matter in once])
