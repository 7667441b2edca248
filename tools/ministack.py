"""Start, find and stop the local cloud: one ministack process of our own on 127.0.0.1.

It keeps everything under .local/: its log, its pid, its state (saved on a clean stop, loaded on the next start) and the
working folders of the Lambda subprocesses.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from tools import streams

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / ".local"
LOG = LOCAL / "cloud.log"
PID = LOCAL / "cloud.pid"
STATE = LOCAL / "state"
LAST_PORT = LOCAL / "cloud.port"
REGION = "us-east-1"  # ministack speaks the `aws` partition only, so a region of aws-cn would give mixed ARNs
# Each concurrent execution is a subprocess with its own unpacked layers: about 100 MB of disk and 60 MB of memory.
CONCURRENCY = "24"
ROOT_KEY = "test"  # ministack's root user: its key id and its secret
START_SECONDS = 60
STOP_SECONDS = 90
LOG_LINES = 15


class CloudError(RuntimeError):
    """Raised when the local cloud cannot be started, reached or stopped; its text is one sentence with the cure."""


@dataclass(frozen=True)
class Cloud:
    """A local cloud process: its id and the port it listens on."""

    pid: int
    port: int

    @property
    def endpoint(self) -> str:
        """The URL that stands for every AWS service."""
        return f"http://127.0.0.1:{self.port}"

    def healthy(self) -> bool:
        """Whether it answers on its port."""
        try:
            return httpx.get(f"{self.endpoint}/_ministack/health", timeout=5).is_success
        except httpx.HTTPError:
            return False

    def client_environment(self) -> dict[str, str]:
        """Give the environment in which an AWS client talks to this cloud as its root user."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": ROOT_KEY,
            "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }


def find() -> Cloud | None:
    """Find the cloud that the pid file names, if that process still is a ministack."""
    if not PID.is_file():
        return None
    saved = json.loads(PID.read_text())
    cloud = Cloud(pid=saved["pid"], port=saved["port"])
    listed = subprocess.run(["ps", "-ww", "-p", str(cloud.pid), "-o", "command="], capture_output=True, text=True, check=False)
    return cloud if "ministack" in listed.stdout else None


def start(scanner_port: int) -> Cloud:
    """Start ministack in a session of its own, with the scanner beside it, and wait until it answers."""
    port = _choose_port()
    for folder in (STATE, LOCAL / "tmp"):
        folder.mkdir(parents=True, exist_ok=True)
    streams.rewind(STATE)
    with LOG.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "tools" / "launch.py"), "ministack", str(scanner_port)],
            cwd=LOCAL,
            env=_environment(port),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    cloud = Cloud(pid=process.pid, port=port)
    PID.write_text(json.dumps({"pid": cloud.pid, "port": cloud.port}))
    LAST_PORT.write_text(str(port))
    _await(lambda: cloud.healthy() or process.poll() is not None, START_SECONDS)
    if process.poll() is not None or not cloud.healthy():
        stop(cloud)
        raise CloudError(f"the local cloud did not start on port {port}; its last lines:\n{last_lines()}")
    return cloud


def stop(cloud: Cloud) -> None:
    """Ask the cloud to save its state and end, wait for it, then end what its Lambda functions left behind."""
    _signal(cloud.pid, signal.SIGTERM)
    if not _await(lambda: not _alive(cloud.pid), STOP_SECONDS):
        _signal(cloud.pid, signal.SIGKILL)
    PID.unlink(missing_ok=True)
    shutil.rmtree(LOCAL / "tmp", ignore_errors=True)


def forget() -> None:
    """Drop the saved state, so that the next start is from nothing."""
    shutil.rmtree(STATE, ignore_errors=True)


def last_lines() -> str:
    """Read the end of the cloud's log."""
    return "\n".join(LOG.read_text(errors="replace").splitlines()[-LOG_LINES:]) if LOG.is_file() else "(no log)"


def _environment(port: int) -> dict[str, str]:
    """List what ministack, and so every Lambda subprocess, sees: nothing of the developer's own AWS settings."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL", "TZ") if name in os.environ}
    return {
        **inherited,
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "PERSIST_STATE": "1",
        "STATE_DIR": str(STATE),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(STATE / "s3"),
        "TMPDIR": str(LOCAL / "tmp"),
        "LAMBDA_ACCOUNT_CONCURRENCY": os.environ.get("MIAOBAN_CONCURRENCY", CONCURRENCY),
        "IOT_MTLS_ENABLED": "0",  # it would listen on every interface
        "SFTP_ENABLED": "0",
        "PYTHONUNBUFFERED": "1",
    }


def _choose_port() -> int:
    """MIAOBAN_PORT if it is set, else the port of the last time if it is free, else any free port."""
    pinned = os.environ.get("MIAOBAN_PORT")
    if pinned:
        if not pinned.isdigit() or not _free(int(pinned)):
            raise CloudError(f"port {pinned} is taken; stop what uses it, or run make up without MIAOBAN_PORT.")
        return int(pinned)
    if LAST_PORT.is_file() and _free(int(LAST_PORT.read_text())):
        return int(LAST_PORT.read_text())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _free(port: int) -> bool:
    """Whether nothing listens on 127.0.0.1:port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _alive(pid: int) -> bool:
    """Whether the process runs; a child of ours that has ended is reaped first."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _signal(group: int, number: signal.Signals) -> None:
    """Signal the cloud's process group, which holds its Lambda subprocesses too."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)


def _await(condition: Callable[[], bool], seconds: float) -> bool:
    """Poll until the condition holds; False when it did not within the time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return condition()
