"""Lines (连接) kept open to the sources that are asked, so that a question pays for TCP and TLS once in a while only."""

import select
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from miaoban.operations.destinations import Target
from miaoban.web.pinned import Pinned, connected

IDLE_SECONDS: Final = 20.0
"""For how long a line is kept without a question: less than most servers and all balancers keep theirs."""
AGE_SECONDS: Final = 300.0
"""For how long one is kept at all, so that a source that moves its balancers is followed."""
KEPT: Final = 16

_Place = tuple[bool, str, int, str]


class _Line(NamedTuple):
    sock: socket.socket
    opened_at: float
    used_at: float


class Lines:
    """Open connections, one a target and address. Not for threads: a function's process answers one event at a time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[_Place, _Line] = {}

    @contextmanager
    def to(self, target: Target, deadline: float) -> Iterator["Talk"]:
        """Lend a line to the target's address; it is kept afterwards if the talk says so, and nothing went wrong."""
        place = (target.secure, target.host, target.port, target.address)
        line = self._taken(place)
        if line is None:
            begun = self._clock()
            line = _Line(connected(target, deadline), begun, begun)
        talk = Talk(Pinned(line.sock, deadline))
        try:
            yield talk
        finally:
            if talk.keep:
                self._keep(place, line._replace(used_at=self._clock()))
            else:
                line.sock.close()

    def close(self) -> None:
        """Close all that are kept."""
        while self._kept:
            self._kept.popitem()[1].sock.close()

    def _taken(self, place: _Place) -> _Line | None:
        line = self._kept.pop(place, None)
        if line is None:
            return None
        now = self._clock()
        fresh = now - line.used_at < IDLE_SECONDS and now - line.opened_at < AGE_SECONDS
        if fresh and not _spoken(line.sock):
            return line
        line.sock.close()
        return None

    def _keep(self, place: _Place, line: _Line) -> None:
        while len(self._kept) >= KEPT:
            self._kept.pop(next(iter(self._kept))).sock.close()
        self._kept[place] = line


class Talk:
    """One question and its answer over a line; `keep` says whether the line is good for another."""

    def __init__(self, pinned: Pinned) -> None:
        self.pinned = pinned
        self.keep = False


def _spoken(sock: socket.socket) -> bool:
    """Whether the other side has closed, or says what nobody asked."""
    readable, _, _ = select.select([sock], [], [], 0)
    return bool(readable)
