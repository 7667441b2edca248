"""The functions and layers as `sam build` makes them, with their bytecode, and beside them what Lambda's runtime brings."""

import compileall
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode
from typing import Final

from tools.folders import ROOT

RUNTIME: Final = ("boto3", "botocore", "s3transfer", "urllib3", "jmespath", "dateutil", "six")
"""boto3 and what it needs; Lambda's Python runtimes have them."""


@dataclass(frozen=True, slots=True)
class Artifacts:
    """A folder that holds the functions' artifacts by logical id, both layers, and the runtime's packages."""

    folder: Path

    def path_of(self, function: str) -> str:
        """The module search path that Lambda gives a function: its code, its layers, the runtime."""
        parts = (function, "DomainLayer/python", "VendorLayer/python", "runtime")
        return os.pathsep.join(str(self.folder / part) for part in parts)

    @property
    def runtime(self) -> str:
        """The search path with the runtime's packages alone."""
        return str(self.folder / "runtime")


@contextmanager
def built(functions: tuple[str, ...]) -> Iterator[Artifacts]:
    """Build both layers and some functions into a temporary folder, with the builders that sam uses."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        artifacts = Artifacts(Path(folder))
        _run("make", "--silent", "layers/vendor/requirements.txt")
        for layer, source in (("DomainLayer", "layers/miaoban"), ("VendorLayer", "layers/vendor")):
            _build(artifacts, layer, source)
        for function in functions:
            _build(artifacts, function, "functions")
        _copy_runtime(artifacts)
        yield artifacts


def _build(artifacts: Artifacts, name: str, source: str) -> None:
    uv = Path(sys.executable).parent / "uv"
    settings = {"ARTIFACTS_DIR": artifacts.folder / name, "BUILD_PYTHON": sys.executable, "UV": uv}
    _run("make", "--silent", "-C", source, f"build-{name}", *(f"{key}={value}" for key, value in settings.items()))


def _run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[:5])} failed:\n{done.stderr[-2000:]}")


def _copy_runtime(artifacts: Artifacts) -> None:
    target = Path(artifacts.runtime)
    target.mkdir()
    for name in RUNTIME:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            raise RuntimeError(f"{name} is not installed; run make once more")
        origin = Path(spec.origin)
        if origin.name == "__init__.py":
            shutil.copytree(origin.parent, target / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(origin, target)
    compileall.compile_dir(str(target), quiet=2, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
