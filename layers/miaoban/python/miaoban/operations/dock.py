"""Where files arrive: what an import works with."""

from dataclasses import dataclass

from miaoban.ports import Objects, Outbox, Store


@dataclass(frozen=True)
class Dock:
    """The catalogue's store, the files, and the queue of what is still to be loaded."""

    store: Store
    objects: Objects
    loads: Outbox
