"""Ports that are watched: they count their calls, or let threads meet at the worst moment, and pass everything on."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from miaoban.ports import Signer, Store
from miaoban.storage import Commit, Items, Key, Page, Range


@dataclass
class CountingStore:
    """A store that counts its calls; `before_commit` may act between a read and its commit."""

    inner: Store
    reads: int = 0
    commits: int = 0
    queries: int = 0
    before_commit: Callable[[], None] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self, wanted: Iterable[Key]) -> Items:
        """Count and read."""
        with self._lock:
            self.reads += 1
        return self.inner.read(wanted)

    def commit(self, commit: Commit) -> None:
        """Count, act once, and commit."""
        with self._lock:
            self.commits += 1
            act, self.before_commit = self.before_commit, None
        if act is not None:
            act()
        self.inner.commit(commit)

    def query(self, question: Range) -> Page:
        """Count and answer."""
        with self._lock:
            self.queries += 1
        return self.inner.query(question)


class Rendezvous:
    """A store in which every thread's first read waits until all have read: the worst that can happen to them."""

    def __init__(self, inner: Store, threads: int) -> None:
        self._inner = inner
        self._barrier = threading.Barrier(threads)
        self._met = threading.local()

    def read(self, wanted: Iterable[Key]) -> Items:
        """Read, and the first time wait for the others."""
        items = self._inner.read(wanted)
        if not hasattr(self._met, "yes"):
            self._met.yes = True
            self._barrier.wait(timeout=10)
        return items

    def commit(self, commit: Commit) -> None:
        """Commit."""
        self._inner.commit(commit)

    def query(self, question: Range) -> Page:
        """Answer."""
        return self._inner.query(question)


@dataclass
class CountingSigner:
    """A signer that counts its signatures."""

    inner: Signer
    signatures: int = 0

    @property
    def suite(self) -> str:
        """The suite."""
        return self.inner.suite

    @property
    def key_id(self) -> str:
        """The key's id."""
        return self.inner.key_id

    def sign(self, message: bytes) -> bytes:
        """Count and sign."""
        self.signatures += 1
        return self.inner.sign(message)

    def public_key(self) -> bytes:
        """The public key."""
        return self.inner.public_key()


def at_once(times: int, act: Callable[[int], Any]) -> list[Any]:
    """What a function answers, or raises, in so many threads that start together."""
    barrier = threading.Barrier(times)
    answers: list[Any] = [None] * times

    def one(number: int) -> None:
        barrier.wait()
        try:
            answers[number] = act(number)
        except Exception as error:  # noqa: BLE001  what was raised is the answer
            answers[number] = error

    threads = [threading.Thread(target=one, args=(number,)) for number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
