"""The deployed local cloud, as flow tests meet it: over HTTP, through the department queue, with the rights of a tester.

Whoever comes first brings it to what the checkout says (`make up`). If it was not running, whoever leaves last stops it; if
there was not even a saved state, that is forgotten too.
"""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any
from unittest import mock

import pytest

from tests.flow.actors import Applicant
from tools import deployment, ministack, publish
from tools.arrivals import arrive, heartbeats
from tools.cast import citizen
from tools.client import Client
from tools.counterpart import own_sources
from tools.folders import folders

DOMAIN = ministack.ROOT / "layers/miaoban/python"
USERS = ministack.LOCAL / "flow.json"
Caller = Callable[..., Client]


@pytest.fixture(scope="session")
def outputs() -> Iterator[Mapping[str, str]]:
    """The outputs of the deployed stack; its matters are in force and its sources have spoken."""
    with mock.patch.dict(os.environ), _used():
        found = deployment.connect()
        arrive(found, heartbeats())
        yield found


@pytest.fixture(autouse=True)
def _environment(outputs: Mapping[str, str]) -> Iterator[None]:
    """The deployment's AWS settings, for flow tests alone."""
    assert outputs
    with mock.patch.dict(os.environ):
        deployment.connect()
        yield


@pytest.fixture
def caller(outputs: Mapping[str, str]) -> Iterator[Caller]:
    """Make callers: of a role, with claims of their own if given, or nobody."""
    made: list[Client] = []

    def make(role: str | None = None, **claims: Any) -> Client:
        made.append(Client(outputs, role, **claims))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def applicant(outputs: Mapping[str, str]) -> Iterator[Applicant]:
    """A person whom no other test knows."""
    with Applicant(outputs, citizen()) as person:
        yield person


@pytest.fixture
def another(outputs: Mapping[str, str]) -> Iterator[Applicant]:
    """Another such person."""
    with Applicant(outputs, citizen("贾示例")) as person:
        yield person


def _cloud(verb: str) -> None:
    """Run a verb of tools.cloud in a process of its own, for the cloud outlives it."""
    command = [sys.executable, "-m", "tools.cloud", verb]
    known = os.environ | {"PYTHONPATH": str(DOMAIN)}
    done = subprocess.run(command, cwd=ministack.ROOT, env=known, capture_output=True, text=True, check=False)  # noqa: S603  our own
    if done.returncode:
        pytest.fail(f"make {verb}: {done.stderr.strip()}", pytrace=False)


@contextmanager
def _used() -> Iterator[None]:
    """Use the cloud beside other workers: the first starts it, the last leaves it as it was found."""
    with _users() as users:
        users.leave = users.leave or _left()
        _cloud("up")
        deployment.connect()
        publish.publish_all(folders(), own=own_sources())  # under the lock: what two publish at once, one finds published
        users.pids.append(os.getpid())
    try:
        yield
    finally:
        with _users() as users:
            users.pids.remove(os.getpid())
            if users.leave and not users.pids:
                _cloud(users.leave)
                users.leave = ""


def _left() -> str:
    """The verb that leaves the cloud as it is now: none while it runs."""
    if ministack.find() is not None:
        return ""
    return "down" if ministack.STATE.is_dir() else "clean"


@dataclass
class Users:
    """Who uses the cloud, and what the last of them has to do."""

    pids: list[int]
    leave: str


@contextmanager
def _users() -> Iterator[Users]:
    """The users, for as long as nobody else may look; processes that have died are forgotten."""
    USERS.parent.mkdir(parents=True, exist_ok=True)
    with USERS.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        saved = json.loads(file.read() or "{}")
        users = Users([pid for pid in saved.get("pids", ()) if _lives(pid)], saved.get("leave", ""))
        yield users
        file.seek(0)
        file.truncate()
        json.dump(asdict(users), file)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
