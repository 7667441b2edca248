"""A throwaway PostgreSQL cluster and a uvicorn process in front of it, both stopped at the end."""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from benchmarks.peer.errors import ServerError

ROOT: Final = Path(__file__).parents[2]
DATABASE: Final = "postgres"
OWNER: Final = "peer"
# Durability is left as PostgreSQL ships it; shared memory is what a small production host would give.
SETTINGS: Final = (
    "listen_addresses = ''",
    "shared_buffers = 256MB",
    "fsync = on",
    "synchronous_commit = on",
    "full_page_writes = on",
)
STOP_SECONDS: Final = 20


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running PostgreSQL cluster: SQLAlchemy URL and the postmaster's process id."""

    url: str
    pid: int


@dataclass(frozen=True, slots=True)
class Application:
    """A running uvicorn: its port on the loopback interface and its process id."""

    port: int
    pid: int


def programs() -> Path:
    """Return the folder of PostgreSQL's server programs, the newest version first, or raise ServerError."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if found:
        return found[-1].parent
    for name in ("initdb", "pg_ctl"):
        if program := shutil.which(name):
            return Path(program).resolve().parent
    raise ServerError("PostgreSQL's server programs are missing: install the Debian package `postgresql`")


def unprivileged() -> str | None:
    """Return the user to run PostgreSQL as when this process is root, which PostgreSQL refuses; else None."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Run a new cluster on a Unix socket in a temporary folder; stop and delete it at the end."""
    user = unprivileged()
    with tempfile.TemporaryDirectory(prefix="peer-", ignore_cleanup_errors=True) as folder:
        if user is not None:
            shutil.chown(folder, user)
        data = Path(folder, "data")
        _run(user, "initdb", "-D", data, "-U", OWNER, "-E", "UTF8", "--no-locale", "--auth=trust")
        with Path(data, "postgresql.conf").open("a") as settings:
            settings.writelines(f"{line}\n" for line in (*SETTINGS, f"unix_socket_directories = '{folder}'"))
        # `pg_ctl -w` returns when the cluster accepts connections, or fails.
        _run(user, "pg_ctl", "-D", data, "-w", "-l", Path(folder, "log"), "start")
        try:
            pid = int(Path(data, "postmaster.pid").read_text().split()[0])
            yield Cluster(f"postgresql+asyncpg://{OWNER}@/{DATABASE}?host={quote(folder)}", pid)
        finally:
            _run(user, "pg_ctl", "-D", data, "-w", "-m", "fast", "stop")


def _run(user: str | None, program: str, *arguments: str | Path) -> None:
    # Output goes to a file: a pipe would stay open in the server that pg_ctl leaves behind.
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            [programs() / program, *arguments],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            user=user,
            group=None if user is None else pwd.getpwnam(user).pw_gid,
            extra_groups=None if user is None else [],
            check=False,
        )
        output.seek(0)
        if done.returncode != 0:
            raise ServerError(f"{program} failed:\n{output.read()}")


@contextmanager
def application(environment: dict[str, str]) -> Iterator[Application]:
    """Run one uvicorn worker on a socket that already listens: early requests wait in its backlog."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    # Accepted connections inherit it on Linux; uvicorn takes an inherited socket for a Unix one and would not set it.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    port = listener.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "benchmarks.peer.app:app", "--fd", str(listener.fileno())]
    tuned = ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
    # The log is written, and costs what it costs; nobody reads it.
    apart: dict[str, Any] = {"pass_fds": (listener.fileno(),), "stdout": subprocess.DEVNULL}
    with subprocess.Popen([*command, *tuned], cwd=ROOT, env=os.environ | environment, **apart) as process:
        # The child alone holds the socket now: if it dies, its clients are told at once.
        listener.close()
        try:
            yield Application(port, process.pid)
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
