"""Our handler beside the usual build (FastAPI, SQLAlchemy, PostgreSQL), in processor time per approval, in turns.

The applications are compared: ours with its AWS client, the peer's with its database driver. The databases are not: ours
is an emulator here and a service elsewhere, the peer's is PostgreSQL itself.
"""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from benchmarks import handler
from benchmarks.peer.load import PeerFigures
from benchmarks.peer.load import measure as measure_peer
from benchmarks.scenario import Scenario

BUDGET: Final = 1.0
TURNS: Final = 3
APPROVALS: Final = 300
OURS: Final = 100


@dataclass(frozen=True, slots=True)
class PeerRatio:
    """Medians of the turns: milliseconds per approval, and approvals per second of one core, applications only."""

    ours_ms: float
    peer_ms: float
    peer_database_ms: float

    @property
    def ratio(self) -> float:
        """Ours against the peer."""
        return self.ours_ms / self.peer_ms

    @property
    def ours_per_core_second(self) -> float:
        """Our approvals in a second of one core."""
        return 1000 / self.ours_ms

    @property
    def peer_per_core_second(self) -> float:
        """The peer's approvals in a second of one core."""
        return 1000 / self.peer_ms


def measure(scene: Scenario, numbers: Iterator[int]) -> PeerRatio:
    """Let both take turns."""
    ours: list[float] = []
    peers: list[PeerFigures] = []
    for _ in range(TURNS):
        ours.append(handler.batch(scene, numbers, OURS).median_ms)
        peers.append(measure_peer(APPROVALS))
    return PeerRatio(
        ours_ms=round(statistics.median(ours), 3),
        peer_ms=round(statistics.median(figures.application_cpu_ms_per_approval for figures in peers), 3),
        peer_database_ms=round(statistics.median(figures.database_cpu_ms_per_approval for figures in peers), 3),
    )
