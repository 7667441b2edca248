"""Decision tables as files: GoRules' JDM, as its editor writes it, read into a table.

A file holds one decision table between an input and an output node. The editor knows two hit policies: `first` takes the
first row that matches; `collect` takes all of them, which is a table of ours when no input matches two: `unique`.
"""

from collections.abc import Mapping
from typing import Any, Final, Literal

from pydantic import Field as Declared
from pydantic import TypeAdapter, ValidationError

from miaoban.catalogue.documents import document_of, model_of
from miaoban.catalogue.errors import CatalogueError, TableError
from miaoban.catalogue.table_cells import Span, terms_of
from miaoban.catalogue.tables import ROOT, Name, Output, Row, Table
from miaoban.models import Frozen

FOLDER: Final = f"{ROOT}/"
"""Where a matter's folder keeps its tables, a file a table: `tables/minimum_capital.json`."""

_NAMES: Final[TypeAdapter[str]] = TypeAdapter(Name)
_NODES: Final = ("inputNode", "decisionTableNode", "outputNode")
_NOTES: Final = frozenset({"_id", "_description"})
_HITS: Final[Mapping[str, Literal["first", "unique"]]] = {"first": "first", "collect": "unique"}


class _Column(Frozen):
    """A column: the path that it compares, or the name of what it answers."""

    id: str
    name: str = ""
    field: str


class _Content(Frozen):
    """The table itself; the rest are the editor's switches, of which only the plain setting is understood."""

    hit_policy: Literal["first", "collect"] = Declared(alias="hitPolicy")
    inputs: tuple[_Column, ...]
    outputs: tuple[_Column, ...]
    rules: tuple[Mapping[str, str], ...]
    pass_through: Literal[False] = Declared(default=False, alias="passThrough")
    pass_thorough: Literal[False] = Declared(default=False, alias="passThorough")
    input_field: None = Declared(default=None, alias="inputField")
    output_path: None = Declared(default=None, alias="outputPath")
    execution_mode: Literal["single"] = Declared(default="single", alias="executionMode")


class _Node(Frozen):
    """A node of the graph, and where the editor draws it."""

    id: str
    type: Literal["inputNode", "decisionTableNode", "outputNode"]
    name: str = ""
    position: Any = None
    content: Any = None


class _Edge(Frozen):
    """From one node to the next."""

    id: str
    type: Literal["edge"] = "edge"
    source: str = Declared(alias="sourceId")
    target: str = Declared(alias="targetId")


class _Graph(Frozen):
    """A JDM document."""

    content_type: str = Declared(default="application/vnd.gorules.decision", alias="contentType")
    nodes: tuple[_Node, ...]
    edges: tuple[_Edge, ...]


def read_tables(texts: Mapping[str, str]) -> dict[str, Table]:
    """The tables among a folder's texts, by name; raises CatalogueError."""
    files = sorted(name for name in texts if name.startswith(FOLDER))
    return {_name(file): read_table(file, texts[file]) for file in files}


def _name(file: str) -> str:
    name = file.removeprefix(FOLDER).removesuffix(".json")
    try:
        return _NAMES.validate_python(name)
    except ValidationError:
        raise CatalogueError("文件名应当是小写字母开头的字母、数字和下划线，请改名", file) from None


def read_table(file: str, text: str) -> Table:
    """Read one table's text; raises CatalogueError."""
    content = _content(file, model_of(_Graph, document_of(file, text), file))
    _check_columns(file, content)
    rows = tuple(_row(file, content, number) for number in range(len(content.rules)))
    document = {
        "inputs": [column.field for column in content.inputs],
        "outputs": [column.field for column in content.outputs],
        "hit": _HITS[content.hit_policy],
        "rows": rows,
    }
    return model_of(Table, document, file)


def _content(file: str, graph: _Graph) -> _Content:
    """The one table of a graph, which must lie between its input and its output."""
    nodes = {node.type: node for node in graph.nodes}
    edges = {(edge.source, edge.target) for edge in graph.edges}
    if len(graph.nodes) != len(_NODES) or nodes.keys() != set(_NODES):
        raise CatalogueError("应当只有输入、一张决策表、输出三个节点，请在编辑器中删去其他节点", file, ("nodes",))
    first, table, last = (nodes[kind].id for kind in _NODES)
    if len(graph.edges) != len(edges) or edges != {(first, table), (table, last)}:
        raise CatalogueError("应当由输入连到决策表，再由决策表连到输出，请在编辑器中重新连线", file, ("edges",))
    number = next(n for n, node in enumerate(graph.nodes) if node.type == "decisionTableNode")
    return model_of(_Content, nodes["decisionTableNode"].content or {}, file, above=("nodes", str(number), "content"))


def _check_columns(file: str, content: _Content) -> None:
    for part, columns in (("inputs", content.inputs), ("outputs", content.outputs)):
        seen: set[str] = set()
        for number, column in enumerate(columns):
            if column.field in seen:
                raise CatalogueError(f"列 {column.field} 出现了两次，请只保留一列", file, (part, str(number), "field"))
            seen.add(column.field)
    ids = [column.id for column in (*content.inputs, *content.outputs)]
    if len(set(ids)) < len(ids):
        raise CatalogueError("有两列的 id 相同，请在编辑器中重新添加其中一列", file, ("outputs",))


def _row(file: str, content: _Content, number: int) -> Row:
    rule = content.rules[number]
    columns = (*content.inputs, *content.outputs)
    unknown = sorted(rule.keys() - {column.id for column in columns} - _NOTES)
    if unknown:
        sentence = f"规则 {number + 1} 的 {unknown[0]} 不是任何一列的 id，请删除"
        raise CatalogueError(sentence, file, ("rules", str(number), unknown[0]))
    when = tuple(rule.get(column.id, "").strip() for column in content.inputs)
    return Row(when=when, then=tuple(_output(file, number, column, rule.get(column.id, "")) for column in content.outputs))


def _output(file: str, number: int, column: _Column, cell: str) -> Output:
    where = f"规则 {number + 1} 的输出 {column.field}"
    words = ("rules", str(number), column.id)
    if not cell.strip():
        raise CatalogueError(f"{where}没有填写，请补上", file, words)
    try:
        terms = terms_of(cell)
    except TableError:
        terms = ()
    match terms:
        case (Span(low=low, high=high, kind="number"),) if low is not None and low == high:
            return int(low) if low == low.to_integral_value() else float(low)
        case (term,) if hasattr(term, "value"):
            return term.value
    raise CatalogueError(f"{where}“{cell[:60]}”不是一个值，请写成带引号的文字、数字、true 或 false", file, words)
