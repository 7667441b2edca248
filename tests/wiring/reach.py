"""What a function's code can reach: the top-level names that lead from its entry on, and the uses of ports in them.

A name is reached when the text of a reached name mentions it. That is more than what runs, never less, as long as ports
are handed on under the names that `Services`, `Desk`, `Dock`, `Ports` and `Courier` give them.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.wiring.templates import ROOT

DOMAIN = ROOT / "layers" / "miaoban" / "python"
ADAPTERS = ("miaoban.aws", "miaoban.memory")
WRITES = {"Put", "Delete", "Check"}
PORTS = {
    "store": {"read", "query", "commit"},
    "signer": {"sign", "public_key", "key_id"},
    "vault": {"pseudonym", "seal", "unseal"},
    "resumes": {"send"},
    "replies": {"send"},
    "retries": {"send"},
    "notify": {"send"},
    "dead_letters": {"send"},
    "loads": {"send"},
    "pieces": {"send"},
    "prompts": {"send"},
    "exchange": {"send"},
    "questions": {"send"},
    "queue": {"send"},
    "objects": {"read"},
    "files": {"read", "sign_put", "sign_get", "copy", "remove"},
    "bus": {"publish"},
}


class Name(NamedTuple):
    """A top-level name of a module; an empty one is the module itself."""

    module: str
    name: str


class Source(NamedTuple):
    """A module's imports by local name, and the definitions of its top-level names."""

    imports: dict[str, Name]
    bodies: dict[str, ast.stmt]


def path_of(module: str) -> Path | None:
    """Where a module of ours lies."""
    base = (DOMAIN if module.split(".", maxsplit=1)[0] == "miaoban" else ROOT) / module.replace(".", "/")
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None)


def modules() -> list[str]:
    """Every module that runs in Lambda, by name."""
    files = [(DOMAIN, path) for path in (DOMAIN / "miaoban").rglob("*.py")]
    files += [(ROOT, path) for path in (ROOT / "functions").rglob("*.py")]
    names = [".".join(path.relative_to(base).with_suffix("").parts) for base, path in files]
    return sorted({"app", *(name.removesuffix(".__init__") for name in names)})


def statements(module: str) -> list[ast.stmt]:
    """A module's statements, without what only type checkers read."""
    path = path_of(module)
    assert path is not None, module
    tree = Untyped().visit(ast.parse(path.read_text(encoding="utf-8")))
    assert isinstance(tree, ast.Module)
    return tree.body


class Untyped(ast.NodeTransformer):
    """Leaves out `if TYPE_CHECKING:`."""

    def visit_If(self, node: ast.If) -> ast.stmt | list[ast.stmt]:
        """Take the other branch."""
        return node.orelse if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING" else node


@cache
def source(module: str) -> Source:
    """Read a module."""
    imports: dict[str, Name] = {}
    bodies: dict[str, ast.stmt] = {}
    for statement in statements(module):
        if isinstance(statement, ast.ImportFrom) and statement.module:
            imports |= {alias.asname or alias.name: _imported(statement.module, alias.name) for alias in statement.names}
        elif isinstance(statement, ast.FunctionDef | ast.ClassDef):
            bodies[statement.name] = statement
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            bodies |= {target.id: statement for target in targets if isinstance(target, ast.Name)}
    return Source(imports, bodies)


def _imported(module: str, name: str) -> Name:
    inner = f"{module}.{name}"
    return Name(inner, "") if path_of(inner) else Name(module, name)


def uses(module: str) -> set[str]:
    """The uses of ports that an entry can reach: `store.read`, `Put`, `signer.sign` ..."""
    return {use for name in reached(module) for use in _uses(source(name.module).bodies[name.name])}


def reached(module: str) -> set[Name]:
    """The top-level names that an entry can reach; whatever the api registers is reached."""
    found: set[Name] = set()
    waiting = [Name(module, name) for name in source(module).bodies]
    if module == "app":
        registered = [part for part in modules() if part.startswith("functions.api.")]
        waiting = [Name(part, name) for part in registered for name in source(part).bodies]
    while waiting:
        name = waiting.pop()
        if name not in found and _ours(name):
            found.add(name)
            waiting += _mentioned(name)
    return found


def _ours(name: Name) -> bool:
    if path_of(name.module) is None or name.module.startswith(ADAPTERS):
        return False
    return name.name in source(name.module).bodies


def _mentioned(name: Name) -> Iterator[Name]:
    """The names in a definition; one that a package only hands on is followed to where it is defined."""
    module = source(name.module)
    for node in ast.walk(module.bodies[name.name]):
        if isinstance(node, ast.Name):
            yield _followed(module.imports.get(node.id, Name(name.module, node.id)))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield Name(module.imports.get(node.value.id, Name("", "")).module, node.attr)


def _followed(name: Name) -> Name:
    while name.name and path_of(name.module) and name.name in source(name.module).imports:
        name = source(name.module).imports[name.name]
    return name


def _uses(body: ast.stmt) -> Iterator[str]:
    for node in ast.walk(body):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in WRITES:
            yield node.func.id
        if isinstance(node, ast.Attribute):
            port = _last(node.value).lstrip("_")
            if node.attr in PORTS.get(port, ()):
                yield f"{port}.{node.attr}"


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
