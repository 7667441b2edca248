"""What is wrong with the decision tables of an edition, told exactly: gaps, overlaps, rows that never match, wrong cells."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Final

from miaoban.catalogue.errors import ExpressionError, TableError
from miaoban.catalogue.expressions import holds, paths
from miaoban.catalogue.matter import Matter
from miaoban.catalogue.publication import Edition
from miaoban.catalogue.table_cells import Term, Value, terms_of
from miaoban.catalogue.table_domains import Domain, domain_of, samples, told
from miaoban.catalogue.tables import ROOT, Table

MOST_INPUTS: Final = 200_000
"""Kinds of input that one table may tell apart; more are refused, not guessed at."""
MOST_FINDINGS: Final = 20


@dataclass(frozen=True, slots=True)
class TableFault:
    """One thing wrong with a table; `words` lead to its place in the file."""

    table: str
    sentence: str
    words: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """The file of the table, within the folder."""
        return f"{ROOT}/{self.table}.json"

    def __str__(self) -> str:
        return f"{self.file}：{self.sentence}"


def table_findings(edition: Edition) -> tuple[TableFault, ...]:
    """Everything for which a release must be refused on account of its decision tables; empty when all is well.

    For each table: a column whose path does not exist or holds what tables cannot compare, a cell outside the grammar or of
    another type than its column, an option that does not exist; then, by trying every kind of input that the cells tell
    apart: inputs that no row takes, rows of a `unique` table that take the same input, rows that never match or never win;
    and a last row that takes whatever is left and makes a condition hold. `str` of a finding is its Chinese sentence with
    file and cure. `read_edition` refuses a folder for the first one.
    """
    return tuple(finding for name, table in edition.matter.tables.items() for finding in _findings(edition, name, table))


def _findings(edition: Edition, name: str, table: Table) -> tuple[TableFault, ...]:
    wrong = tuple(_columns(edition, name, table)) or tuple(_cells(edition, name, table))
    if wrong:
        return wrong[:MOST_FINDINGS]
    found = (*_coverage(edition, name, table), *_open_end(edition.matter, name, table))
    return found[:MOST_FINDINGS]


def _columns(edition: Edition, name: str, table: Table) -> Iterator[TableFault]:
    if not table.inputs or not table.outputs or not table.rows:
        yield TableFault(name, "没有输入列、输出列或者规则，请补上")
    for path in table.inputs:
        if domain_of(edition, path) is None:
            yield TableFault(name, f"列 {path} 没有这个字段，或者其类型不能用于决策表，请核对拼写", ("inputs", path))


def _domains(edition: Edition, table: Table) -> tuple[Domain, ...]:
    found = (domain_of(edition, path) for path in table.inputs)
    return tuple(domain for domain in found if domain is not None)


def _cells(edition: Edition, name: str, table: Table) -> Iterator[TableFault]:
    domains = _domains(edition, table)
    for number, row in enumerate(table.rows):
        for path, domain, cell in zip(table.inputs, domains, row.when, strict=True):
            if sentence := _cell(domain, cell):
                yield TableFault(name, f"规则 {number + 1} 的列 {path}：{sentence}", ("rules", str(number), cell))


def _cell(domain: Domain, cell: str) -> str | None:
    try:
        terms = terms_of(cell)
    except TableError as error:
        return str(error)
    if any(term.kind != domain.kind for term in terms):
        return f"“{cell}”与该列的类型不符，请写{_WORDS[domain.kind]}"
    loose = [term for term in terms if domain.options is not None and not any(map(term.takes, domain.options))]
    return f"“{cell}”含有不存在的选项，可选：{'、'.join(domain.options or ())}，请改正" if loose else None


_WORDS: Final = {
    "text": "带引号的文字",
    "number": "数字或者区间",
    "boolean": " true 或 false",
    "date": " d('2026-01-01') 这样的日期",
}


@dataclass(slots=True)
class _Seen:
    """What trying every input showed: those that no row takes, the rows that some input meets, that win, and that overlap."""

    gaps: list[tuple[Value, ...]] = field(default_factory=list)
    met: int = 0
    won: int = 0
    pairs: dict[int, tuple[Value, ...]] = field(default_factory=dict)

    def note(self, values: tuple[Value, ...], rows: int) -> None:
        """Note the rows, a bit each, that take an input."""
        first = rows & -rows
        self.met |= rows
        self.won |= first
        if not rows:
            self.gaps.append(values)
        elif rows != first:
            second = (rows ^ first) & -(rows ^ first)
            self.pairs.setdefault(first | second, values)


def _coverage(edition: Edition, name: str, table: Table) -> Iterator[TableFault]:
    domains = _domains(edition, table)
    columns = [_column(table, n, domain) for n, domain in enumerate(domains)]
    inputs = prod(map(len, columns))
    if inputs > MOST_INPUTS:
        yield TableFault(name, f"要区分 {inputs} 种输入，超过 {MOST_INPUTS} 种，不能逐一检查，请拆成几张表")
        return
    seen = _Seen()
    for combination in product(*(column.items() for column in columns)):
        rows = -1
        for _, taking in combination:
            rows &= taking
        seen.note(tuple(value for value, _ in combination), rows)
    yield from _told(name, table, domains, seen)


def _column(table: Table, column: int, domain: Domain) -> dict[Value, int]:
    """The samples of a column, each with the rows that take it."""
    cells = [terms_of(row.when[column]) for row in table.rows]
    values = samples(domain, (term for terms in cells for term in terms))
    return {value: sum(1 << row for row, terms in enumerate(cells) if _takes(terms, value)) for value in values}


def _takes(terms: tuple[Term, ...], value: Value) -> bool:
    return not terms or any(term.takes(value) for term in terms)


def _told(name: str, table: Table, domains: tuple[Domain, ...], seen: _Seen) -> Iterator[TableFault]:
    def words(values: tuple[Value, ...]) -> str:
        return "、".join(told(path, value, domain) for path, value, domain in zip(table.inputs, values, domains, strict=True))

    if seen.gaps:
        more = f"（这样的输入共有 {len(seen.gaps)} 种）" if len(seen.gaps) > 1 else ""
        yield TableFault(name, f"有缺口，{words(seen.gaps[0])} 没有规则适用{more}，请补一条规则", ("rules",))
    for number in range(len(table.rows)):
        place, bit = ("rules", str(number)), 1 << number
        if not seen.met & bit:
            yield TableFault(name, f"规则 {number + 1} 不可能匹配，没有这样的输入，请改正或者删除", place)
        elif table.hit == "first" and not seen.won & bit:
            yield TableFault(name, f"规则 {number + 1} 被前面的规则完全遮住，永远不会生效，请删除或者移到前面", place)
    if table.hit == "unique":
        for pair, values in seen.pairs.items():
            first, second = (pair & -pair).bit_length(), pair.bit_length()
            sentence = f"规则 {first} 与规则 {second} 重叠，{words(values)} 同时适用，请改为互不相交"
            yield TableFault(name, sentence, ("rules", str(second - 1)))


def _open_end(matter: Matter, name: str, table: Table) -> Iterator[TableFault]:
    """A last row that takes whatever is left must not be one that approves."""
    last = table.rows[-1]
    if any(cell.strip() for cell in last.when):
        return
    roots = {ROOT: {name: dict(zip(table.outputs, last.then, strict=True))}}
    for condition, expression in _asking(matter, name):
        if _true(expression, roots):
            sentence = f"末条规则对其余一切输入都放行（使 {condition} 成立），请写明放行的条件，末条只能不放行"
            yield TableFault(name, sentence, ("rules", str(len(table.rows) - 1)))


def _asking(matter: Matter, name: str) -> Iterator[tuple[str, str]]:
    """The expressions that ask nothing but this table, each with its condition."""
    for condition in matter.conditions:
        clauses = (condition.holds, condition.enough.holds if condition.enough else None)
        for expression in filter(None, clauses):
            asked = paths(expression)
            if asked and all(path.startswith(f"{ROOT}.{name}.") for path in asked):
                yield condition.id, expression


def _true(expression: str, roots: Mapping[str, object]) -> bool:
    try:
        return holds(expression, roots)
    except ExpressionError:
        return False
