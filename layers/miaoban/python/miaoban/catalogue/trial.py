"""Expressions tried: every one is asked on sample facts of the types that its matter declares, and must say true or false.

The expression language has no types of its own: it tells a wrong one only when it meets it, and an equality of two kinds is
silently false. So values are tried in every combination that a situation allows, those that expressions compare with among
them, and `literals` looks at equalities. What needs a record is tried only on what a decision would hand it.
"""

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from miaoban.catalogue.answering import situations
from miaoban.catalogue.condition import Condition, Enough
from miaoban.catalogue.errors import ExpressionError
from miaoban.catalogue.expressions import holds, paths
from miaoban.catalogue.fields import Field, FieldType
from miaoban.catalogue.finding import Finding
from miaoban.catalogue.known_paths import field_at
from miaoban.catalogue.literals import misfits
from miaoban.catalogue.matter import Matter
from miaoban.catalogue.places import whens
from miaoban.catalogue.publication import Edition
from miaoban.catalogue.samples import MOST, TODAY, combinations, samples, texts_in, told, values
from miaoban.catalogue.situations import Situation
from miaoban.catalogue.tables import ROOT as TABLES

Facts = Mapping[str, Any]
CODE = ExpressionError.code
_COLUMNS = re.compile(r"#\.(\w+)")
_OWN: Mapping[str, tuple[Any, ...]] = {
    "applicant.name": ("甄示例", None),
    "applicant.number": ("0123456789abcdef",),
    "organ.region": ("211281",),
    "today": (TODAY,),
    "quota.left": (0, 1_000_000_000, None),
}
_HELD = (
    {"held.present": False, "held.licence": None, "held.expired": None},
    {"held.present": True, "held.licence": "211281-EX-1", "held.expired": None},
    {"held.present": False, "held.licence": None, "held.expired": TODAY},
)


def untyped(edition: Edition) -> Iterator[Finding]:
    """One finding for each expression that does not fit the types of what it names."""
    reported: set[str] = set()
    tried: set[str] = set()
    try:
        found = list(situations(edition.matter))
    except ExpressionError as error:
        yield Finding(code=CODE, says=f"materials.yaml：{error}，请检查 when 的写法")
        return
    for file, words, when in whens(edition.matter):
        yield from (Finding(code=CODE, says=f"{file}：{words[1]} 的 when：{misfit}") for misfit in _misfits(edition, when))
    for situation in found:
        for condition in situation.conditions:
            for clause in (condition.enough, condition):
                says = _wrong(edition, situation, clause, tried) if clause and clause.holds else None
                if says and condition.id not in reported:
                    reported.add(condition.id)
                    yield Finding(code=CODE, says=f"conditions.yaml：{condition.id} 的{says}")


def _misfits(edition: Edition, expression: str) -> Iterator[str]:
    return misfits(expression, partial(field_at, edition), partial(_options, edition.matter))


def _options(matter: Matter, path: str) -> tuple[str, ...] | None:
    root, _, rest = path.partition(".")
    if root == "situation" and rest in matter.questions:
        return tuple(matter.questions[rest].answers)
    field = matter.fields.get(rest) if root == "form" else None
    return tuple(field.options) if field and field.type is FieldType.CHOICE else None


def _wrong(edition: Edition, situation: Situation, clause: Condition | Enough, tried: set[str]) -> str | None:
    """What is wrong with a clause in a situation; nothing for what has been tried on the same values."""
    expression = clause.holds or ""
    spared = clause.enough if isinstance(clause, Condition) else None
    groups = _groups(edition, situation, f"({expression}) or ({spared.holds})" if spared else expression)
    known = repr((expression, clause.needs, spared, groups))
    if known in tried:
        return None
    tried.add(known)
    misfit = next(_misfits(edition, expression), None)
    return misfit or next(_failures(expression, clause.needs, spared, groups), None)


def _failures(expression: str, needs: tuple[str, ...], spared: Enough | None, groups: list[list[Facts]]) -> Iterator[str]:
    for parts in combinations(groups, MOST):
        facts = {path: value for part in parts for path, value in part.items()}
        if _unknown(facts, needs) or (spared and _holds(spared, facts)):
            continue  # nothing is asked, or what is answered does not matter
        try:
            holds(expression, _roots(facts))
        except ExpressionError as error:
            yield f"{error}（{told(facts)}），请检查类型，可以不填的先与 null 比较"


def _unknown(facts: Facts, needs: tuple[str, ...]) -> bool:
    return any(facts.get(path, True) is None and not _own(path) for path in needs)


def _holds(enough: Enough, facts: Facts) -> bool:
    try:
        return not _unknown(facts, enough.needs) and holds(enough.holds, _roots(facts))
    except ExpressionError:  # told where `enough` itself is tried
        return False


def _own(path: str) -> bool:
    return path.partition(".")[0] in {"form", "situation", "applicant", "organ", "held", "quota", "parameter", "today"}


def _roots(facts: Facts) -> dict[str, Any]:
    roots: dict[str, Any] = {}
    for path, value in facts.items():
        *above, last = path.split(".")
        place = roots
        for word in above:
            place = place.setdefault(word, {})
        place[last] = value
    return roots


def _groups(edition: Edition, situation: Situation, expression: str) -> list[list[Facts]]:
    """The values of each path, those of one record, of one table and of the licence held together."""
    named = paths(expression)
    texts = texts_in(expression)
    columns = tuple(_COLUMNS.findall(expression))
    groups: list[list[Facts]] = []
    for root in dict.fromkeys(path.partition(".")[0] for path in named):
        mine = [path for path in named if path.partition(".")[0] == root]
        if root in edition.matter.records:
            groups.append(_record(edition, root, mine, texts))
        elif root == "held":
            groups.append([{path: state[path] for path in mine} for state in _HELD])
        elif root == TABLES:
            groups += _answered(edition.matter, mine)
        else:
            groups += [[{path: value} for value in _alone(edition, situation, path, (texts, columns))] for path in mine]
    return groups


def _alone(
    edition: Edition, situation: Situation, path: str, looks: tuple[tuple[str, ...], tuple[str, ...]]
) -> tuple[Any, ...]:
    root, _, rest = path.partition(".")
    if root == "parameter":
        matter = edition.matter
        return (
            matter.parameters[rest].value,
            *(over.parameters[rest] for over in matter.regions.values() if rest in over.parameters),
        )
    if root == "situation":
        return (situation.answers.get(rest),)
    if root == "form":
        field = situation.fields.get(rest)
        return values(field, *looks) if field else (None,)
    return _OWN[path]


def _answered(matter: Matter, mine: list[str]) -> Iterator[list[Facts]]:
    """What each table named may answer: the outputs of each of its rows, those alike once."""
    for name in dict.fromkeys(path.split(".")[1] for path in mine):
        table = matter.tables[name]
        asked = [path for path in mine if path.split(".")[1] == name]
        rows = dict.fromkeys(row.then for row in table.rows)
        yield [{path: row[table.outputs.index(path.split(".")[2])] for path in asked} for row in rows]


def _record(edition: Edition, root: str, mine: list[str], texts: tuple[str, ...]) -> list[Facts]:
    """A record as it may be: there, with each of its values, or known to be absent."""
    use = edition.matter.records[root]
    fields = edition.sources[use.source].kinds[use.kind].fields
    ranges = [_held(fields, path.partition(".")[2], texts) for path in mine]
    there = [dict(zip(mine, parts, strict=True)) for parts in combinations(ranges, MOST)]
    return [*there, {path: False if path == f"{root}.present" else None for path in mine}]


def _held(fields: Mapping[str, Field], name: str, texts: tuple[str, ...]) -> tuple[Any, ...]:
    if name == "present":
        return (True,)
    field = fields[name]
    return samples(field, texts, ()) if field.required else values(field, texts, ())
