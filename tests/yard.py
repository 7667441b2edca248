"""What tests of imports share: guide items, files of them, and a dock on the fakes with its queue."""

import json
from random import Random
from typing import Any

from miaoban.catalogue.entry import Entry
from miaoban.memory import MemoryObjects, MemoryStore
from miaoban.operations import catalogue_keys as keys
from miaoban.operations.dock import Dock
from miaoban.operations.progress import Progress, recent
from tests import kit
from tools.generate import organ
from tools.killing import Waiting, notice

Item = dict[str, Any]
COUNTY = "211281"
NAME = "imports/示例 1.jsonl"


def item(region: str = COUNTY, level: str = "4", **changes: Any) -> Item:
    """A guide item as it is sent; `changes` replace, None removes."""
    uscc = organ(region[:6], 7)
    told = {
        "code": f"{uscc}{level}00109800900101",
        "name": "粮食收购企业备案",
        "type": "10",
        "organ": {"uscc": uscc, "name": "示例粮食和储备局"},
        "region": region,
        "audience": ["2"],
        "case_type": "1",
        "promised": {"n": 1, "unit": "working-day"},
        "materials": ["粮食收购企业备案表"],
        "situations": 3,
        "status": "in-force",
        "version": 2,
        "valid_from": "2024-01-01",
    }
    return {name: value for name, value in {**told, **changes}.items() if value is not None}


class Yard:
    """A dock on the fakes, with a queue that delivers in an order that the dice choose."""

    def __init__(self, seed: int = 0, repeats: int = 0) -> None:
        self.store, self.objects = MemoryStore(), MemoryObjects()
        self.queue = Waiting(Random(seed), repeats)  # noqa: S311  the same order on every run
        self.dock = Dock(self.store, self.objects, self.queue)
        self.clock = kit.Clock()

    def upload(self, data: bytes, name: str = NAME) -> None:
        """Upload a file, and let S3 tell of it."""
        self.clock.advance(seconds=1)
        self.queue.send([notice(name, len(data), self.objects.put(name, data), self.clock())])

    def bring(self, data: bytes, name: str = NAME) -> Progress:
        """Upload a file, let everything be done, and return how the import went."""
        self.upload(data, name)
        self.queue.drain(self.dock)
        return self.newest()

    def newest(self) -> Progress:
        """The import that was last uploaded."""
        return recent(self.store, None)[0][0]

    def entries(self) -> dict[str, Entry]:
        """What stands in the catalogue."""
        found = {key: item for key, item in self.store.items.items() if key.partition.startswith("ENTRIES#")}
        assert all(key == keys.entry(key.sort) for key in found)
        return {key.sort: Entry.read(item.body) for key, item in found.items()}


def file_of(*told: Item) -> bytes:
    """A file of items."""
    return b"".join(json.dumps(item, ensure_ascii=False).encode() + b"\n" for item in told)
