"""Checking an edition for what its models cannot see: expressions compile, name what exists, and need what they name."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from miaoban.catalogue.errors import CatalogueError, ExpressionError, FactError
from miaoban.catalogue.expressions import compiled, paths
from miaoban.catalogue.fields import Field, FieldType
from miaoban.catalogue.matter import Condition, Effect, Enough, Matter, RecordUse
from miaoban.catalogue.places import CONDITIONS, MATERIALS, MATTER, uses, whens
from miaoban.catalogue.publication import Edition
from miaoban.catalogue.regions import Organ
from miaoban.catalogue.source import RecordKind, Source

OWN = {
    "applicant": ("name", "number"),
    "organ": ("region",),
    "held": ("present", "licence"),
    "today": ("",),
}
"""What a decision knows besides form, situation and records."""

_ORGAN = {f"organ.{name}" for name in Organ.model_fields}
_UNKNOWN = "没有这个字段或数源字段，请核对拼写"


def check_edition(edition: Edition) -> None:
    """Raise CatalogueError for the first thing that would make a decision of this edition fail or err."""
    for fault in faults(edition):
        raise fault


def faults(edition: Edition) -> Iterator[CatalogueError]:
    """Everything that would make a decision of this edition fail or err, each place told once."""
    for check in _checks(edition):
        try:
            check()
        except CatalogueError as error:
            yield error


def _checks(edition: Edition) -> Iterator[Callable[[], None]]:
    matter = edition.matter
    for code, source in edition.sources.items():
        yield partial(check_source, f"sources/{code}.yaml", source)
    for name, use in matter.records.items():
        yield partial(_check_record, edition, name, use)
    for file, place, when in whens(matter):
        yield partial(_check_when, matter, file, place, when)
    yield partial(_check_end, edition)
    yield partial(_check_once, (condition.id for condition in matter.conditions), CONDITIONS)
    for condition in matter.conditions:
        yield partial(_check_condition, edition, condition)
        yield partial(_check_redirect, edition, condition)
    for use_ in uses(matter):
        yield partial(_check_use, edition, *use_)


def check_source(file: str, source: Source) -> None:
    """Raise CatalogueError for a kind of record whose key is not made of fields that it always has."""
    for code, kind in source.kinds.items():
        loose = [key for key in kind.key if key not in kind.fields or not kind.fields[key].required]
        _require(kind.key and not loose, file, f"{code} 的 key {'、'.join(loose)} 应当是必填字段，请核对")


def _require(right: object, file: str, sentence: str, error: type[CatalogueError] = CatalogueError) -> None:
    if not right:
        raise error(f"{file}：{sentence}")


def _check_use(edition: Edition, file: str, place: str, path: str, roots: set[str]) -> None:
    _require(_leads(edition, path, roots), file, f"{place} 中的 {path} {_UNKNOWN}", FactError)


def _check_once(codes: Iterable[str], file: str) -> None:
    for code, count in Counter(codes).items():
        _require(count == 1, file, f"{code} 出现了 {count} 次，请改为各不相同")


def _check_record(edition: Edition, name: str, use: RecordUse) -> None:
    _require(use.source in edition.sources, MATERIALS, f"没有数源 {use.source}，请在 sources/ 中登记", FactError)
    kinds = edition.sources[use.source].kinds
    _require(use.kind in kinds, MATERIALS, f"{name} 的数源 {use.source} 没有 {use.kind} 这一种记录，请核对拼写", FactError)
    parts = len(kinds[use.kind].key)
    _require(len(use.key) == parts, MATERIALS, f"{name} 的 key 应当有 {parts} 项，请与数源记录的键一一对应")


def _check_end(edition: Edition) -> None:
    path = edition.matter.result.valid_until
    field = field_at(edition, path) if path else None
    dated = path is None or (field is not None and field.type is FieldType.DATE)
    _require(dated, MATTER, f"result.valid_until 的 {path} 不是日期字段，请核对")


def field_at(edition: Edition, path: str) -> Field | None:
    """The field that a path names, of the form or of a record; None for anything else."""
    root, _, rest = path.partition(".")
    use = edition.matter.records.get(root)
    if use is not None:
        kind = _kind(edition, use)
        return kind.fields.get(rest) if kind else None
    return edition.matter.fields.get(rest) if root == "form" else None


def _check_when(matter: Matter, file: str, place: str, when: str) -> None:
    _check_expression(file, place, when)
    for path in paths(when):
        asked = path.removeprefix("situation.") in matter.questions and path.startswith("situation.")
        _require(asked, file, f"{place} 的 when 中的 {path} 不能用，只能引用 situation 的问题，请核对拼写")


def _check_expression(file: str, place: str, expression: str) -> None:
    try:
        compiled(expression)
    except ExpressionError as error:
        raise CatalogueError(f"{file}：{place} 的{error}") from error


def _check_condition(edition: Edition, condition: Condition) -> None:
    place = condition.id
    one = [condition.holds is not None, bool(condition.matches), condition.examine is not None].count(True)
    _require(one == 1, CONDITIONS, f"{place} 应当有 holds、matches 或者 examine，且只有一个，请删去或者补上")
    person = condition.examine is None or condition.otherwise is Effect.REVIEW
    _require(person, CONDITIONS, f"{place} 由人核查（examine），otherwise 只能是 review，请改正")
    lawful = condition.otherwise is not Effect.REFUSE or edition.matter.nature != "filing" or condition.basis.article
    _require(lawful, CONDITIONS, f"{place} 备案不得无据拒绝，请写明条款")
    matched = [path for match in condition.matches for path in (match.declared, match.held)]
    _check_clause(edition, place, condition, matched)
    if condition.enough is not None:
        _check_clause(edition, place, condition.enough, [])


def _check_clause(edition: Edition, place: str, clause: Condition | Enough, matched: list[str]) -> None:
    if clause.holds is not None:
        _check_expression(CONDITIONS, place, clause.holds)
    for path in (*(paths(clause.holds) if clause.holds else ()), *clause.needs, *matched):
        _require(_exists(edition, path), CONDITIONS, f"{place} 中的 {path} {_UNKNOWN}", FactError)
        _require(_needed(path, clause.needs), CONDITIONS, f"{place} 中的 {path} 没有列入 needs，缺数据时会被误判，请补上")


def _check_redirect(edition: Edition, condition: Condition) -> None:
    redirect = condition.redirect
    fits = (redirect is not None) == (condition.otherwise is Effect.REDIRECT)
    _require(fits, CONDITIONS, f"{condition.id} 的 otherwise 是 redirect 时要写 redirect，否则不写，请改正")
    if redirect is None:
        return
    region = redirect.to != "authority" or (redirect.region is not None and _exists(edition, redirect.region))
    _require(region, CONDITIONS, f"{condition.id} 的 redirect.region {_UNKNOWN}")
    questions = edition.matter.questions
    known = all(code in questions and answer in questions[code].answers for code, answer in redirect.answers.items())
    _require(known, CONDITIONS, f"{condition.id} 的 redirect.answers 不是本事项的问题和选项，请核对拼写")


def _exists(edition: Edition, path: str) -> bool:
    root, _, rest = path.partition(".")
    matter = edition.matter
    named = {"form": matter.fields, "situation": matter.questions, "parameter": matter.parameters}
    if root in named:
        return rest in named[root]
    if root in matter.records:
        return rest == "present" or _held(edition, matter.records[root], rest)
    return rest in OWN.get(root, ())


def _held(edition: Edition, use: RecordUse, field: str) -> bool:
    kind = _kind(edition, use)
    return kind is not None and field in kind.fields


def _kind(edition: Edition, use: RecordUse) -> RecordKind | None:
    source = edition.sources.get(use.source)
    return source.kinds.get(use.kind) if source else None


def _needed(path: str, needs: tuple[str, ...]) -> bool:
    """A record's value is needed itself, or with its presence: what is not there is then judged by the expression."""
    root = path.partition(".")[0]
    return root in {"form", "situation", "parameter", *OWN} or path in needs or f"{root}.present" in needs


def _leads(edition: Edition, path: str, roots: set[str]) -> bool:
    return path.partition(".")[0] in roots and (path in _ORGAN or _exists(edition, path))
