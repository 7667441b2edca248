"""Decision tables (决策表): rules that are a table, asked by the ZEN engine, which compiles them once.

The engine takes a cell that errs, for a value that is missing or of another type, as a cell that does not match, so that a
later row would answer. So the values are checked before it is asked. Its trace holds personal data and is never asked for.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Annotated, Any, Final, Literal

import zen
from pydantic import Field as Declared
from pydantic import model_validator

from miaoban.catalogue.errors import TableError
from miaoban.catalogue.expressions import paths, value_at
from miaoban.catalogue.table_cells import Kind, terms_of
from miaoban.models import Frozen

ROOT: Final = "tables"
"""The first word of the paths that name what tables answer: `tables.<table>.<output>`."""

Output = Annotated[str, Declared(pattern=r"^[^'\"\\]*$")] | bool | int | float
"""A text without quotes, a truth, a number."""

Name = Annotated[str, Declared(pattern=r"^[a-z][a-z0-9_]*$")]
"""What an expression can say: small letters, digits, underscores."""

_KEY: Final = "table"
_POLICIES: Final = {"first": "first", "unique": "collect"}
_TYPES: Final[Mapping[Kind, tuple[type, ...]]] = {"text": (str,), "date": (str,), "boolean": (bool,), "number": (int, float)}


class Row(Frozen):
    """One rule: a cell for each input, in the order of the table's inputs, and a value for each output."""

    when: tuple[str, ...]
    then: tuple[Output, ...]


class Table(Frozen):
    """A decision table: the paths that its columns compare, the names of what it answers, its rows.

    `first` takes the first row that matches; `unique` demands that no input matches two.
    """

    inputs: tuple[str, ...]
    outputs: tuple[Name, ...]
    hit: Literal["first", "unique"]
    rows: tuple[Row, ...]

    @model_validator(mode="after")
    def _fits(self) -> "Table":
        """Refuse a row that has not a cell for each column."""
        if any((len(row.when), len(row.then)) != (len(self.inputs), len(self.outputs)) for row in self.rows):
            raise ValueError("每条规则应当与列一一对应")
        return self

    def answer(self, roots: Mapping[str, Any]) -> dict[str, Output]:
        """What the table says of the facts, by output; raises TableError where it has no answer, or not one."""
        facts: dict[str, Any] = {}
        for n, (path, types) in enumerate(self._asked):
            value = value_at(roots, path)
            if value is None or (types and type(value) not in types):
                raise TableError(f"缺少 {path} 或者其类型不对")
            facts[f"i{n}"] = value
        found = self._engine.evaluate(_KEY, facts)["result"]
        answers: list[dict[str, Output]] = [found] if isinstance(found, dict) else found
        if len(answers) != 1 or not answers[0]:
            raise TableError("没有适用的规则" if not answers or not answers[0] else "有不止一条规则适用")
        return answers[0]

    @cached_property
    def _asked(self) -> tuple[tuple[str, tuple[type, ...]], ...]:
        """Each input with the types that its cells can compare; any type where all its cells are empty."""
        columns = ([row.when[n] for row in self.rows] for n in range(len(self.inputs)))
        kinds = (next((term.kind for cell in cells for term in terms_of(cell)), None) for cells in columns)
        return tuple((path, _TYPES[kind] if kind else ()) for path, kind in zip(self.inputs, kinds, strict=True))

    @cached_property
    def _engine(self) -> Any:
        return zen.ZenEngine({"loader": {"type": "static", "content": {_KEY: self._graph()}}})

    def _graph(self) -> dict[str, Any]:
        """The table in the engine's own format (JDM), its columns under short names of ours."""
        columns = {"inputs": self._columns("i", len(self.inputs)), "outputs": self._columns("o", len(self.outputs))}
        for column, name in zip(columns["outputs"], self.outputs, strict=True):
            column["field"] = name
        content = {"hitPolicy": _POLICIES[self.hit], **columns, "rules": [self._rule(n) for n in range(len(self.rows))]}
        nodes = [("in", "inputNode", {}), ("table", "decisionTableNode", content), ("out", "outputNode", {})]
        return {
            "nodes": [{"id": key, "name": key, "type": kind, "content": inside} for key, kind, inside in nodes],
            "edges": [
                {"id": f"{one}-{other}", "type": "edge", "sourceId": one, "targetId": other}
                for one, other in (("in", "table"), ("table", "out"))
            ],
        }

    def _columns(self, letter: str, count: int) -> list[dict[str, str]]:
        return [{"id": f"{letter}{n}", "name": f"{letter}{n}", "field": f"{letter}{n}"} for n in range(count)]

    def _rule(self, number: int) -> dict[str, str]:
        row = self.rows[number]
        cells = {f"i{n}": cell for n, cell in enumerate(row.when)}
        return {"_id": str(number), **cells, **{f"o{n}": _literal(value) for n, value in enumerate(row.then)}}


def _literal(value: Output) -> str:
    return f"'{value}'" if isinstance(value, str) else json.dumps(value)


def named(expression: str) -> tuple[str, ...]:
    """The tables that an expression names."""
    words = (path.split(".") for path in paths(expression))
    return tuple(dict.fromkeys(word[1] for word in words if word[0] == ROOT and len(word) > 1))


def needed(needs: Iterable[str], expression: str | None, tables: Mapping[str, Table]) -> tuple[str, ...]:
    """The paths of facts that a rule needs: those that it lists, and all that a table compares that it lists or asks."""
    listed = tuple(dict.fromkeys(needs))
    if not tables:
        return listed
    asked = (*(path.split(".")[1] for path in listed if _of_table(path)), *(named(expression) if expression else ()))
    inputs = (path for name in asked for path in tables[name].inputs)
    return tuple(dict.fromkeys((*(path for path in listed if not _of_table(path)), *inputs)))


def _of_table(path: str) -> bool:
    return path.startswith(f"{ROOT}.")
