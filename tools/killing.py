"""A dock whose worker may be killed before and after every call of a port, and the queue that delivers again what was not done.

For tests and measurements: what survives this survives a Lambda that is stopped anywhere.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from urllib.parse import quote_plus

from functions.load.handler import deliver
from miaoban.operations.dock import Dock
from miaoban.storage import Commit, Items, Key, Page, Range

Point = Callable[[], None]
"""Called where a worker may be killed; raises KilledError if it is."""


class KilledError(BaseException):
    """Raised where a worker is killed; no `except Exception` may survive it."""


@dataclass(frozen=True)
class MortalStore:
    """A store with a point before and after each call."""

    dock: Dock
    point: Point

    def read(self, keys: Iterable[Key]) -> Items:
        """Read, and perhaps die."""
        self.point()
        items = self.dock.store.read(keys)
        self.point()
        return items

    def commit(self, commit: Commit) -> None:
        """Commit, and perhaps die before or after."""
        self.point()
        self.dock.store.commit(commit)
        self.point()

    def query(self, question: Range) -> Page:
        """Answer, and perhaps die."""
        self.point()
        page = self.dock.store.query(question)
        self.point()
        return page


@dataclass(frozen=True)
class MortalObjects:
    """A bucket with a point before and after each read."""

    dock: Dock
    point: Point

    def read(self, name: str, tag: str, start: int, end: int) -> bytes:
        """Read, and perhaps die."""
        self.point()
        data = self.dock.objects.read(name, tag, start, end)
        self.point()
        return data


@dataclass(frozen=True)
class MortalOutbox:
    """An outbox with a point around every single message, for a batch may be half sent."""

    dock: Dock
    point: Point

    def send(self, messages: Iterable[str], delay: int = 0) -> None:
        """Send, and perhaps die between two messages."""
        self.point()
        for message in messages:
            self.dock.loads.send([message], delay)
            self.point()


def mortal(dock: Dock, point: Point) -> Dock:
    """The dock of a worker that may be killed."""
    return Dock(MortalStore(dock, point), MortalObjects(dock, point), MortalOutbox(dock, point))


@dataclass
class Waiting:
    """A queue that keeps no order: what is sent, and what was not done when the worker died, is delivered until it is done.

    With `repeats`, one message in so many is delivered twice.
    """

    dice: Random
    repeats: int = 0
    waiting: list[str] = field(default_factory=list)
    deliveries: int = 0
    deaths: int = 0

    def send(self, messages: Iterable[str], delay: int = 0) -> None:  # noqa: ARG002  the queue keeps no order anyway
        """Take messages."""
        self.waiting += messages

    def drain(self, dock: Dock) -> None:
        """Deliver until nothing waits."""
        while self.waiting:
            place = self.dice.randrange(len(self.waiting))
            self.waiting[place], self.waiting[-1] = self.waiting[-1], self.waiting[place]
            text = self.waiting[-1]
            try:
                deliver(dock, text)
            except KilledError:
                self.deaths += 1
            else:
                self.waiting.remove(text)
                if self.repeats and not self.deliveries % self.repeats:
                    self.waiting.append(text)
            self.deliveries += 1


def notice(name: str, size: int, tag: str, at: datetime) -> str:
    """S3's notice of an upload, as far as it is read."""
    told = {"key": quote_plus(name), "size": size, "eTag": tag, "sequencer": "0055AED6DCD90281E5"}
    record = {"eventName": "ObjectCreated:Put", "eventTime": at.isoformat(), "s3": {"object": told}}
    return json.dumps({"Records": [record]})
