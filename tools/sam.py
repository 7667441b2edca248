"""Build and deploy template.yaml with the SAM command line, the same way for the local cloud and for AWS."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tools.ministack import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

BUILD = ROOT / ".aws-sam" / "build"
RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"
LOG = ROOT / ".local" / "sam.log"
LOG_LINES = 30
INPUTS = ("app.py", "template.yaml", "functions", "infra", "layers", "uv.lock")
SKIPPED = {"__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}


class SamError(RuntimeError):
    """Raised when sam ends with an error; its text is the end of what sam printed."""


@dataclass(frozen=True)
class Target:
    """Where a build is to run: the clients' environment, the processor, the wheels' platform ('': this machine)."""

    environment: Mapping[str, str]
    architecture: str = "x86_64"
    platform: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)

    def overrides(self) -> list[str]:
        """Give the template's parameters; the runtime is this interpreter's version, as are wheels and bytecode."""
        values = {"PythonRuntime": RUNTIME, "Architecture": self.architecture, **self.parameters}
        return ["--parameter-overrides", *(f"{name}={_quoted(value)}" for name, value in values.items())]


def _quoted(value: str) -> str:
    """A parameter's value as sam reads it: JSON and lists keep their quotes."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def digest(target: Target) -> str:
    """Digest everything that a build and a deployment read."""
    state = hashlib.sha256(repr((RUNTIME, target.platform, target.overrides())).encode())
    for path in _files():
        state.update(f"{path.relative_to(ROOT)}\0".encode())
        state.update(hashlib.sha256(path.read_bytes()).digest())
    return state.hexdigest()


def build(target: Target) -> None:
    """Build every function, layer and nested template into .aws-sam/build."""
    _run(
        [
            "build",
            "--template-file",
            "template.yaml",
            "--build-in-source",
            "--cached",
            "--parallel",
            *target.overrides(),
        ],
        target,
    )


def deploy(target: Target, stack: str, bucket: str) -> str:
    """Upload the artifacts and bring the stack to what was built; an empty bucket means sam's own. Return its words."""
    return _run(
        [
            "deploy",
            *("--template-file", str(BUILD / "template.yaml"), "--stack-name", stack),
            *(("--s3-bucket", bucket) if bucket else ("--resolve-s3",)),
            *("--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"),
            *("--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar"),
            *target.overrides(),
        ],
        target,
    )


def package(target: Target, bucket: str) -> Path:
    """Upload the artifacts and write a template that names them, for a pipeline to deploy."""
    packaged = BUILD.parent / "packaged.yaml"
    built = ("--template-file", str(BUILD / "template.yaml"))
    _run(["package", *built, "--s3-bucket", bucket, "--output-template-file", str(packaged), "--no-progressbar"], target)
    return packaged


def _files() -> Iterator[Path]:
    """Yield the inputs' files in a fixed order, without what tools leave beside them."""
    for name in INPUTS:
        path = ROOT / name
        if path.is_file():
            yield path
        for child in sorted(path.rglob("*")) if path.is_dir() else ():
            if child.is_file() and not SKIPPED & set(child.parts):
                yield child


def _run(arguments: list[str], target: Target) -> str:
    """Run sam from this environment and return what it printed."""
    scripts = str(ROOT / ".venv" / "bin")
    environment = {
        **os.environ,
        **target.environment,
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
        "BUILD_PYTHON": sys.executable,
        "BUILD_PLATFORM": target.platform,
        "SAM_CLI_TELEMETRY": "0",
        "SAM_CLI_POLL_DELAY": "0.5",
    }
    command = [f"{scripts}/sam", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        LOG.parent.mkdir(parents=True, exist_ok=True)
        LOG.write_text(done.stdout + done.stderr)
        tail = "\n".join(LOG.read_text().rstrip().splitlines()[-LOG_LINES:])
        raise SamError(f"{tail}\nsam {arguments[0]} failed; all that it said is in {LOG.relative_to(ROOT)}.")
    return done.stdout
