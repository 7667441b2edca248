"""The lineage graph as the catalogue table keeps it: one item for each node and edition of a matter that uses it.

An item names its edition by digest, and readers (`operations/lineage.py`) believe only those whose edition is in force. So
they are written before the pointer changes and removed afterwards: what a crash leaves says nothing, and publishing the
same edition again mends it.
"""

from collections.abc import Iterable, Sequence

from miaoban.catalogue.compiled import compile_edition
from miaoban.catalogue.nodes import Dependent
from miaoban.catalogue.publication import Edition
from miaoban.catalogue.tracing import dependents
from miaoban.models import Frozen
from miaoban.operations import keys
from miaoban.ports import Store
from miaoban.storage import Commit, Delete, Item, Put, Write

TOGETHER = 25
"""Writes in one transaction: the entry of a matter with 500 situations has 50 KB, and a transaction may have 4 MB."""


class Entry(Frozen):
    """What in an edition depends on a node."""

    edition: str
    dependent: Dependent


def index_writes(edition: Edition) -> tuple[Put, ...]:
    """The items of an edition; writing them again changes nothing. Raises CatalogueError for too many situations."""
    digest, code = edition.digest, edition.matter.code
    return tuple(
        Put(Item(keys.uses(node, code, digest), Entry(edition=digest, dependent=found).text()), replaces=None)
        for node, found in dependents(compile_edition(edition)).items()
    )


def index_removals(edition: Edition) -> tuple[Delete, ...]:
    """What removes the items of an edition that is no longer in force."""
    return tuple(Delete(put.item.key) for put in index_writes(edition))


def write_index(store: Store, writes: Sequence[Write]) -> None:
    """Write or remove items of the index, in as many commits as it takes."""
    for commit in _commits(writes):
        store.commit(commit)


def _commits(writes: Sequence[Write]) -> Iterable[Commit]:
    return (Commit(tuple(writes[start : start + TOGETHER])) for start in range(0, len(writes), TOGETHER))
