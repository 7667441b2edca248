"""Questions to the lineage of the matters in this repository: who depends on what, what need not be asked, what merges.

Usage: python -m tools.lineage QUESTION
  source:legal-person-base | source:legal-person-base/enterprise.status | field:uscc | material:营业执照
  matter:grain-purchase-filing | todo | burden | bundle:one+another
"""

import difflib
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from miaoban.catalogue.bundle import bundle
from miaoban.catalogue.codes import word
from miaoban.catalogue.compiled import burden, compile_edition
from miaoban.catalogue.errors import CatalogueError
from miaoban.catalogue.lineage import ASKABLE, Lineage, Todo, Why, node_of
from miaoban.catalogue.nodes import Dependent, Kind, Node
from miaoban.catalogue.plans import Way
from miaoban.catalogue.publication import Edition
from miaoban.operations.standards import sources_of
from tools.folders import editions_of, folders
from tools.naming import house_standards

WIDE: Final = 180
"""Columns of a table that is written to a file."""
NEAR: Final = 0.3
WAYS: Final[Mapping[str, str]] = {
    Way.SPARED: "免于提交",
    Way.CARRIED: "在线填写",
    Way.HANDED: "提交",
    Way.LATER: "容缺后补",
}
WHYS: Final[Mapping[str, str]] = {
    Why.HELD: "数源已有，可以免于提交",
    Why.GOVERNMENT: "政府部门核发，还没有接数源",
}
KINDS: Final[Mapping[str, str]] = {Kind.SOURCE: "数源", Kind.MATERIAL: "材料", Kind.FIELD: "字段", Kind.MATTER: "改办的事项"}

Editions = Mapping[str, Edition]


def main(words: Sequence[str], console: Console | None = None, editions: Editions | None = None) -> int:
    """Answer a question with a table; 1 with a sentence for what nobody knows, or for a folder that is wrong."""
    screen = console or Console(width=None if sys.stdout.isatty() else WIDE)
    question = " ".join(words).strip()
    try:
        known = editions if editions is not None else {edition.matter.code: edition for edition in editions_of(folders())}
        screen.print(answer(question, known))
    except CatalogueError as error:
        screen.print(Text(str(error), style="red"))
        return 1
    return 0


def answer(question: str, editions: Editions) -> RenderableType:
    """The table that answers a question; raises CatalogueError."""
    verb, _, rest = question.partition(":")
    if verb in ANSWERS:
        return ANSWERS[verb](rest, editions)
    if verb not in ASKABLE or not rest:
        raise CatalogueError(f"看不懂“{question}”，请写成 source:、field:、material:、matter:、bundle:、todo 或者 burden")
    lineage = _lineage(editions)
    found = lineage.dependents(node_of(question))
    if not found:
        raise unknown(rest, KINDS[verb], lineage.keys(Kind(verb)))
    return uses(question, found)


def _lineage(editions: Editions) -> Lineage:
    return Lineage.build(map(compile_edition, editions.values()))


def unknown(name: str, what: str, known: Iterable[str]) -> CatalogueError:
    """The error for a name that nothing has, with those that are near."""
    near = difflib.get_close_matches(name, list(known), n=5, cutoff=NEAR)
    cure = f"相近的有：{'、'.join(near)}" if near else "请核对名称"
    return CatalogueError(f"没有{what}“{name}”，{cure}")


def uses(question: str, found: Sequence[Dependent]) -> Table:
    """Who depends on a node, a row a matter."""
    title = f"{question}：{len(found)} 个事项受影响"
    rows = (
        (
            entry.matter_name,
            str(len(entry.situations)),
            "\n".join(f"{use.name}（{WAYS[use.way]}）" for use in entry.materials),
            "、".join(entry.fields),
            "、".join(entry.conditions),
            "、".join(entry.records),
            "、".join(entry.licence),
        )
        for entry in found
    )
    return table(title, ("事项", "情形", "材料", "字段", "条件", "数源查询", "证照内容"), rows)


def table(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """A table of texts."""
    made = Table(title=Text(title), show_lines=True)
    for heading in headings:
        made.add_column(heading, overflow="fold")
    for row in rows:
        made.add_row(*map(Text, row))
    return made


def _matter(code: str, editions: Editions) -> Table:
    lineage, node = _lineage(editions), Node(Kind.MATTER, code)
    rests = lineage.rests(code)
    if rests is None:
        raise unknown(code, "事项", editions)
    rows = [(KINDS[kind], "\n".join(node.key for node in rests.nodes if node.kind is kind)) for kind in KINDS]
    senders = "\n".join(f"{entry.matter}（{'、'.join(entry.conditions)}）" for entry in lineage.dependents(node))
    return table(f"{rests.name}所依据的", ("层", "对象"), [*rows, ("把人送到本事项的", senders)])


def todo(editions: Editions) -> tuple[Todo, ...]:
    """What the editions ask for though a source holds it, by the standards of this repository too."""
    return _lineage(editions).asked_though_held(sources_of(house_standards()))


def _todo(_: str, editions: Editions) -> Table:
    todos = todo(editions)
    rows = ((one.matter_name, one.name, WHYS[one.why], one.source or "", one.spared_in or "") for one in todos)
    return table(f"应当免于提交而仍在索要的材料：{len(todos)} 项", ("事项", "材料", "原因", "数源", "已免的事项"), rows)


def _burden(_: str, editions: Editions) -> Table:
    found = [(edition.matter.name, burden(edition)) for edition in editions.values()]
    rows = [(name, *map(str, (row.before, row.spared, row.carried, row.after, row.later))) for name, row in found]
    return table("各事项的材料：免交前后", ("事项", "原需", "免于提交", "在线填写", "仍需提交", "其中容缺"), rows)


def _bundle(rest: str, editions: Editions) -> Group:
    codes = [code.strip() for code in rest.split("+") if code.strip()]
    for code in codes:
        if code not in editions:
            raise unknown(code, "事项", editions)
    made = bundle([editions[code] for code in dict.fromkeys(codes)])
    layers = (("材料", made.materials), ("字段", made.fields), ("数源", made.sources))
    counts = ((what, *map(str, (count.before, count.merged, count.after))) for what, count in layers)
    rows = ((found.name, "、".join(found.matters), word(WAYS, found.way)) for found in made.merged)
    return Group(
        table(f"一件事：{len(made.matters)} 个事项合并", ("层", "逐项办理", "合并后", "仍需提交、填写、查询"), counts),
        table("合并后的材料", ("材料", "事项", "提交方式"), rows),
    )


ANSWERS: Final[Mapping[str, Callable[[str, Editions], RenderableType]]] = {
    "matter": _matter,
    "todo": _todo,
    "burden": _burden,
    "bundle": _bundle,
}
"""What answers each verb that is not a node."""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
