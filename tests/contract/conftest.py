"""The adapters under contract: the fakes, and the real ones on ministack and Amazon's DynamoDB Local.

Each emulator is started once, by the one test worker that runs its group.
"""

import uuid
from collections.abc import Iterator

import pytest

from miaoban.aws.calling import DYNAMODB
from miaoban.aws.store import DynamoStore
from miaoban.memory import MemoryStore
from miaoban.ports import Store
from tests.contract import servers
from tests.contract.resources import TABLES, create_tables, service

FAKE = pytest.param("memory", id="memory")
MINISTACK = pytest.param("ministack", id="ministack", marks=pytest.mark.xdist_group("ministack"))
ORACLE = pytest.param("dynamodb_local", id="dynamodb-local", marks=pytest.mark.xdist_group("dynamodb-local"))


@pytest.fixture(scope="session")
def dynamodb_local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with servers.dynamodb_local(tmp_path_factory.mktemp("dynamodb-local")) as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def ministack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with servers.ministack(tmp_path_factory.mktemp("ministack")) as endpoint:
        yield endpoint


@pytest.fixture(scope="session", params=[FAKE, MINISTACK, ORACLE])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "memory":
        return MemoryStore()
    endpoint: str = request.getfixturevalue(request.param)
    create_tables(endpoint)
    return DynamoStore(TABLES, service(DYNAMODB, endpoint))


@pytest.fixture(scope="session", params=[FAKE, MINISTACK])
def place(request: pytest.FixtureRequest) -> str:
    """Say where an adapter of another port runs: `memory`, or the endpoint of ministack."""
    if request.param == "memory":
        return "memory"
    endpoint: str = request.getfixturevalue("ministack")
    return endpoint


@pytest.fixture
def partition() -> str:
    """Name a partition that no other test uses."""
    return f"办件-{uuid.uuid4()}"
