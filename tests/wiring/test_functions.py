"""Folders, handlers, environments and imports of the functions: what is deployed is what is there, and starts quickly."""

import ast
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from importlib.metadata import packages_distributions
from typing import Any

import pytest
from pydantic import BaseModel

from tests.wiring.reach import DOMAIN, modules, path_of, statements
from tests.wiring.templates import MAIN, ROOT, functions, load

RUNTIME = {"boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3"}
"""What Lambda's Python runtime brings: boto3 and what it needs."""
FOLDERS = sorted(path.name for path in (ROOT / "functions").iterdir() if (path / "__init__.py").is_file())


def test_every_folder_is_a_function_and_every_function_has_its_folder() -> None:
    assert sorted(functions()) == FOLDERS
    assert not [name for name in functions() if not name.isidentifier()]


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_handler_is_there(folder: str) -> None:
    handler = functions()[folder].properties["Handler"]
    assert handler == ("app.app" if folder == "api" else f"functions.{folder}.handler.handler")
    module, _, name = handler.rpartition(".")
    assert callable(getattr(import_module(module), name))


READ_ELSEWHERE = [("PYDANTIC_DISABLE_PLUGINS", "pydantic's own: plug-ins of other packages would cost a cold start")]


@cache
def settings(folder: str) -> dict[str, bool]:
    """The variables that the settings models of a function's modules read, and whether each is required."""
    models = [getattr(import_module(module), "Settings", None) for module in closure(functions()[folder].entry)]
    fields = [found.model_fields for found in models if isinstance(found, type) and issubclass(found, BaseModel)]
    return {str(field.alias or name): field.is_required() for given in fields for name, field in given.items()}


@cache
def closure(module: str) -> frozenset[str]:
    """The modules of ours that importing a module imports."""
    found: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [inner for inner in imported(name) if path_of(inner)]
    return frozenset(found)


def imported(module: str) -> Iterator[str]:
    """The modules that a module names in its imports; `from a import b` names both `a` and `a.b`."""
    for node in ast.walk(ast.Module(statements(module), [])):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


SHARED: dict[str, Any] = load(MAIN)["Globals"]["Function"]["Environment"]["Variables"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_variable_that_a_function_requires_is_given(folder: str) -> None:
    assert {name for name, required in settings(folder).items() if required} <= {*SHARED, *functions()[folder].environment}


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_variable_that_is_given_is_read(folder: str) -> None:
    assert functions()[folder].environment.keys() <= settings(folder).keys()


def test_what_all_functions_are_given_is_read_by_some() -> None:
    read = {name for folder in FOLDERS for name in settings(folder)}
    assert SHARED.keys() == read & SHARED.keys() | {name for name, _ in READ_ELSEWHERE}


@cache
def shipped() -> frozenset[str]:
    """The distributions of the vendor layer."""
    text = (ROOT / "layers" / "vendor" / "requirements.txt").read_text(encoding="utf-8")
    return frozenset(name.lower() for name in re.findall(r"^([\w.-]+)==", text, re.MULTILINE))


AT_HOME = [
    ("miaoban.catalogue.documents", "reads the YAML of a matter's folder, which tools.publish does"),
    ("miaoban.catalogue.folder", "the same"),
    ("miaoban.catalogue.lines", "finds the line of a mistake in them"),
    ("miaoban.catalogue.table_files", "reads the decision tables beside them"),
    ("miaoban.catalogue.strict_yaml", "its parser"),
    ("miaoban.catalogue.standards", "reads the YAML of the standard materials, which stewards' tools do"),
    ("miaoban.decision.examples", "reads a matter's examples, which the tests and the demo play"),
]
"""Modules that need what is not in the layers, because no function imports them."""


def deployed() -> list[str]:
    """The modules that must import in Lambda."""
    return sorted(set(modules()) - {name for name, _ in AT_HOME})


def test_no_function_imports_what_stays_at_home() -> None:
    reached = {module for folder in FOLDERS for module in closure(functions()[folder].entry)}
    assert not reached & {name for name, _ in AT_HOME}


def third_party() -> dict[str, set[str]]:
    """The top-level packages of others that our modules import, each with the modules that do."""
    found: dict[str, set[str]] = {}
    for module in deployed():
        for name in {full.split(".")[0] for full in imported(module)}:
            if name not in sys.stdlib_module_names and name not in {"miaoban", "functions", "app"}:
                found.setdefault(name, set()).add(module)
    return found


def test_what_is_imported_is_in_the_vendor_layer_or_the_runtime() -> None:
    owners = packages_distributions()
    for package, where in third_party().items():
        distributions = {name.lower().replace("_", "-") for name in owners.get(package, ())}
        assert distributions & (shipped() | RUNTIME), f"{package}, imported by {sorted(where)[:3]}"


FENCE = """
import importlib, json, os, sys
from importlib.metadata import packages_distributions
paths, allowed, wanted = json.loads(sys.stdin.read())
sys.path[:0] = paths
owners = packages_distributions()
class Fence:
    def find_spec(self, name, path=None, target=None):
        top = name.split(".")[0]
        known = {owner.lower().replace("_", "-") for owner in owners.get(top, ())}
        if known and not known & set(allowed):
            raise ModuleNotFoundError(f"{name} is not in the layers", name=name)
sys.meta_path.insert(0, Fence())
os.environ.clear()
for module in wanted:
    importlib.import_module(module)
"""


def test_every_module_imports_in_an_empty_environment_with_nothing_but_the_layers() -> None:
    given = json.dumps([[str(ROOT), str(DOMAIN)], sorted(shipped() | RUNTIME), deployed()])
    done = python(FENCE, given)
    assert (done.returncode, done.stderr) == (0, "")


def python(script: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run a script in a fresh, isolated interpreter, warnings on, without an environment."""
    command = [sys.executable, "-I", "-W", "error", "-c", script]
    return subprocess.run(command, input=given, env={}, capture_output=True, text=True, check=False)  # noqa: S603  ours


TIMED = """
import json, sys, time
paths, wanted = json.loads(sys.stdin.read())
sys.path[:0] = paths
before = time.process_time()
for module in wanted:
    __import__(module)
print(json.dumps([time.process_time() - before, sorted(sys.modules)]))
"""
TRIES = 5
MEASURE = ["pydantic", "botocore.session"]
BUDGETS = [
    ("api", 2.3, "chalice, forms (jsonschema-rs), cedar, zen, every operation, and the validator of editions"),
    ("authorize", 1.4, "joserfc with cryptography, cedar; no AWS client at all"),
    ("receive", 1.6, "forms, sealing and receiving"),
    ("resume", 1.6, "deciding, without the HTTP face"),
    ("relay", 1.0, "a bus, an outbox and one model"),
    ("notify", 1.5, "webhooks: http.client, ssl and sealing"),
    ("watch", 1.6, "queries, releases with the validator of editions, and erasures"),
    ("exchange", 1.9, "cases, the digest tree, signing and HTTP"),
    ("ask", 1.9, "deciding's models, signing, and HTTP"),
    ("collect", 1.6, "as receive; the file's client is made when a file is read"),
    ("scan", 1.6, "people's files; the client is made when a file is read"),
    ("load", 1.6, "guide items; the file's client is made when a file is read"),
]


def start(*wanted: str) -> tuple[float, frozenset[str]]:
    """The CPU seconds of importing modules in a fresh process, and all that is loaded then."""
    seconds, loaded = json.loads(python(TIMED, json.dumps([[str(ROOT), str(DOMAIN)], wanted])).stdout)
    return seconds, frozenset(loaded)


@cache
def loaded(folder: str) -> frozenset[str]:
    """What importing a function's entry loads."""
    return start(functions()[folder].entry)[1]


@pytest.mark.xdist_group("import-times")
def test_import_times_are_within_their_budgets(capsys: pytest.CaptureFixture[str]) -> None:
    """Budgets are multiples of importing pydantic and botocore's session in the same run, so a slow machine is no excuse."""
    entries = {folder: [functions()[folder].entry] for folder, _, _ in BUDGETS}
    rounds = [{name: start(*wanted)[0] for name, wanted in {"": MEASURE, **entries}.items()} for _ in range(TRIES)]
    measure = min(one[""] for one in rounds)
    ratios = {folder: min(one[folder] for one in rounds) / measure for folder in entries}
    lines = [f"  {folder:<10}{ratios[folder]:5.2f}  of {budget:.1f}  {reason}" for folder, budget, reason in BUDGETS]
    with capsys.disabled():
        sys.stdout.write(f"\nimport CPU against {' + '.join(MEASURE)} ({measure * 1000:.0f} ms)\n" + "\n".join(lines) + "\n")
    assert sorted(ratios) == FOLDERS
    assert not [(folder, ratios[folder]) for folder, budget, _ in BUDGETS if ratios[folder] > budget]


EVERYONE = frozenset(FOLDERS)
HEAVY = [
    ("boto3", set[str](), "no function makes a client of it"),
    ("botocore.session", set[str](), "200 ms: only who calls AWS pays, on first use"),
    ("botocore.auth", set[str](), "100 ms: the same"),
    ("urllib3", set[str](), "60 ms: the same"),
    ("urllib.request", set[str](), "30 ms that an inline key set does not need"),
    ("requests", set[str](), "nobody calls out so"),
    ("chalice", {"api"}, "the HTTP face alone"),
    ("joserfc", {"authorize"}, "tokens are verified there alone"),
    ("cedarpy", {"api", "authorize"}, "who asks the policy"),
    ("zen", EVERYONE - {"authorize", "relay"}, "the editions of matters hold conditions"),
    ("jsonschema_rs", EVERYONE - {"authorize", "relay"}, "and forms"),
    ("standardwebhooks", {"api", "notify"}, "who signs webhooks, and who makes their secrets"),
    ("cryptography", EVERYONE - {"relay"}, "signatures and sealing"),
    ("rapidfuzz", set[str](), "40 ms that only a steward's question needs"),
    ("yaml", set[str](), "folders are read when they are published, not in Lambda"),
    ("miaoban.memory", set[str](), "the fakes stay at home"),
    ("aws_lambda_powertools.utilities.idempotency", set[str](), "199 ms"),
    ("aws_lambda_powertools.utilities.batch", set[str](), "95 ms"),
    ("aws_xray_sdk", set[str](), "88 to 150 ms, and AWS China has no X-Ray for Lambda"),
]


@pytest.mark.xdist_group("import-times")
@pytest.mark.parametrize(("module", "allowed", "reason"), HEAVY, ids=[module for module, *_ in HEAVY])
def test_heavy_modules_are_loaded_only_where_they_are_used(module: str, allowed: set[str], reason: str) -> None:
    loads = {folder for folder in FOLDERS if module in loaded(folder)}
    assert loads <= allowed, reason
