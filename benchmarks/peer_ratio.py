"""Our handler beside the usual build (FastAPI, SQLAlchemy, PostgreSQL), in processor time per approval, in turns.

The applications are compared: ours with its AWS client, the peer's with its database driver. The databases are not: ours
is an emulator here and a service elsewhere, the peer's is PostgreSQL itself.
"""

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from benchmarks import handler
from benchmarks.peer.load import measure as measure_peer
from benchmarks.scenario import Scenario

BUDGET: Final = 1.0
TURNS: Final = 3
APPROVALS: Final = 300
OURS: Final = 100


@dataclass(frozen=True, slots=True)
class PeerRatio:
    """Medians of the turns: milliseconds per approval, and approvals per second of one core, applications only.

    `peer_ms` is the usual build, with the ORM; `tuned_ms` the same with hand-tuned SQL in the ORM's place.
    """

    ours_ms: float
    peer_ms: float
    tuned_ms: float

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
    """Let the three take turns."""
    turns = [
        (
            handler.batch(scene, numbers, OURS).median_ms,
            measure_peer(APPROVALS).application_cpu_ms_per_approval,
            measure_peer(APPROVALS, tuned=True).application_cpu_ms_per_approval,
        )
        for _ in range(TURNS)
    ]
    return PeerRatio(*(round(statistics.median(times), 3) for times in zip(*turns, strict=True)))
