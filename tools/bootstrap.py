"""Make .venv from uv.lock. It runs before anything is installed, so it needs the standard library alone."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OLDEST = (3, 11)


def stop(sentence: str) -> None:
    """End with one sentence that says what to do."""
    sys.exit(f"bootstrap: {sentence}")


def run(*command: str) -> None:
    """Run one step with uv aimed at .venv; a step that fails ends the bootstrap."""
    environment = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(VENV), "UV_PYTHON_DOWNLOADS": "never"}
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:
        stop("the packages could not be installed (the lines above say why); check the network and run make again.")


def main() -> None:
    """Check the interpreter, make the environment, install exactly what uv.lock says, and stamp it."""
    if sys.version_info < OLDEST:
        have = ".".join(map(str, sys.version_info[:2]))
        stop(f"Miaoban needs Python 3.11 or later and python3 is {have}; run PYTHON=python3.12 make up.")
    python = str(VENV / "bin" / "python")
    print("making .venv from uv.lock (once, about a minute)", flush=True)
    run(sys.executable, "-m", "venv", str(VENV))
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv>=0.9")
    run(str(VENV / "bin" / "uv"), "sync", "--frozen", "--group", "dev", "--quiet")
    (VENV / ".synced").touch()


if __name__ == "__main__":
    main()
