"""A bounded load on the peer, and what an approval cost."""

import asyncio
import http.client
import itertools
import secrets
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import orjson
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey

from benchmarks.peer import scenario
from benchmarks.peer.errors import LoadError
from benchmarks.peer.processor import seconds_of_tree
from benchmarks.peer.server import Application, Cluster, application, cluster

CONNECTIONS: Final = 8
WARM_UP: Final = 200
# Processor time is told in hundredths of a second: fewer approvals than this would measure the clock.
FEWEST: Final = 100
TIMEOUT_SECONDS: Final = 30
CREATED: Final = 201
CONFLICT: Final = 409


@dataclass(frozen=True, slots=True)
class PeerFigures:
    """What one approval cost: processor milliseconds, and rates by wall clock and by processor time used."""

    approvals: int
    connections: int
    wall_seconds: float
    application_cpu_ms_per_approval: float
    database_cpu_ms_per_approval: float
    cpu_ms_per_approval: float
    approvals_per_second: float
    approvals_per_application_core_second: float
    approvals_per_core_second: float
    latency_ms_median: float
    latency_ms_p95: float


def measure(approvals: int, *, tuned: bool = False) -> PeerFigures:
    """Start PostgreSQL and uvicorn, file `approvals` times after a warm-up, and stop both; LoadError below 100.

    `tuned` takes the database by hand-tuned SQL in the place of the ORM.
    """
    if approvals < FEWEST:
        raise LoadError(f"{approvals} approvals are too few to measure; ask for at least {FEWEST}")
    identity, pepper = ECKey.generate_key("P-256"), secrets.token_bytes(32)
    with cluster() as database:
        asyncio.run(scenario.prepare(database.url, pepper, WARM_UP + approvals))
        with application(_environment(database, identity, pepper, tuned=tuned)) as service:
            _file_all(service.port, scenario.requests(identity, range(WARM_UP)))
            _confirm_once_only(service.port, scenario.request(identity, 0))
            requests = scenario.requests(identity, range(WARM_UP, WARM_UP + approvals))
            return _measured(service, database, requests)


def _environment(database: Cluster, identity: ECKey, pepper: bytes, *, tuned: bool) -> dict[str, str]:
    return {
        "PEER_DATABASE_URL": database.url,
        "PEER_TOKEN_KEY": identity.as_pem(private=False).decode(),
        "PEER_SIGNING_KEY": _pem(ec.generate_private_key(ec.SECP256R1())),
        "PEER_PEPPER": pepper.hex(),
        "PEER_SEALING_KEY": secrets.token_hex(32),
        "PEER_TUNED": "yes" if tuned else "",
    }


def _pem(key: ec.EllipticCurvePrivateKey) -> str:
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, plain).decode()


def _measured(service: Application, database: Cluster, requests: list[scenario.Request]) -> PeerFigures:
    before = seconds_of_tree(service.pid), seconds_of_tree(database.pid)
    started = time.perf_counter()
    latencies = _file_all(service.port, requests)
    wall = time.perf_counter() - started
    # A commit's work that PostgreSQL leaves to its background writers later is not counted: in the peer's favour.
    used, stored = seconds_of_tree(service.pid) - before[0], seconds_of_tree(database.pid) - before[1]
    return _figures(latencies, wall, used, stored)


def _figures(latencies: list[float], wall: float, used: float, stored: float) -> PeerFigures:
    count = len(latencies)
    return PeerFigures(
        approvals=count,
        connections=CONNECTIONS,
        wall_seconds=round(wall, 3),
        application_cpu_ms_per_approval=round(1000 * used / count, 3),
        database_cpu_ms_per_approval=round(1000 * stored / count, 3),
        cpu_ms_per_approval=round(1000 * (used + stored) / count, 3),
        approvals_per_second=round(count / wall, 1),
        approvals_per_application_core_second=round(count / used, 1),
        approvals_per_core_second=round(count / (used + stored), 1),
        latency_ms_median=round(1000 * statistics.median(latencies), 2),
        latency_ms_p95=round(1000 * statistics.quantiles(latencies, n=20)[-1], 2),
    )


def _file_all(port: int, requests: list[scenario.Request]) -> list[float]:
    """File every request over a few kept connections; return the seconds each took."""
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        shares = [requests[start::CONNECTIONS] for start in range(CONNECTIONS)]
        return list(itertools.chain.from_iterable(pool.map(_file_share, itertools.repeat(port), shares)))


def _file_share(port: int, requests: list[scenario.Request]) -> list[float]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    latencies = []
    for request in requests:
        started = time.perf_counter()
        status, answer = _post(connection, request)
        latencies.append(time.perf_counter() - started)
        _expect_approval(status, answer)
    connection.close()
    return latencies


def _post(connection: http.client.HTTPConnection, request: scenario.Request) -> tuple[int, bytes]:
    body, headers = request
    connection.request("POST", "/v1/applications", body, headers)
    response = connection.getresponse()
    return response.status, response.read()


def _expect_approval(status: int, answer: bytes) -> None:
    document: dict[str, Any] = orjson.loads(answer)
    if status != CREATED or document.get("outcome") != "approved" or not document.get("licence_number"):
        raise LoadError(f"not an approval: {status} {answer.decode()}")


def _confirm_once_only(port: int, first: scenario.Request) -> None:
    """Check on filed enterprises: filed once only, the same answer to the same request, 409 to another body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    status, answer = _post(connection, first)
    if status != CREATED or orjson.loads(answer)["outcome"] != "redirected":
        raise LoadError(f"a second filing was not redirected: {status} {answer.decode()}")
    if _post(connection, first) != (status, answer):
        raise LoadError("the same request was answered differently")
    body, headers = first
    if _post(connection, (body + b" ", headers))[0] != CONFLICT:
        raise LoadError("another body under the same Idempotency-Key was not refused")
    connection.close()
