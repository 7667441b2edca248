"""Checking an edition for what its models cannot see: expressions compile, name what exists, and need what they name."""

from collections import Counter
from collections.abc import Iterable, Iterator

from miaoban.catalogue.errors import CatalogueError, ExpressionError
from miaoban.catalogue.expressions import compiled, paths
from miaoban.catalogue.fields import Field, FieldType
from miaoban.catalogue.matter import Condition, Effect, Enough, Matter, RecordUse
from miaoban.catalogue.publication import Edition
from miaoban.catalogue.regions import Organ
from miaoban.catalogue.source import RecordKind

OWN = {
    "applicant": ("name", "number"),
    "organ": ("region",),
    "held": ("present", "licence"),
    "today": ("",),
}
"""What a decision knows besides form, situation and records."""

_ORGAN = {f"organ.{name}" for name in Organ.model_fields}
_UNKNOWN = "没有这个字段或数源字段，请核对拼写"
_CONDITIONS, _MATERIALS, _FORM, _MATTER = "conditions.yaml", "materials.yaml", "form.yaml", "matter.yaml"


def check_edition(edition: Edition) -> None:
    """Raise CatalogueError for the first thing that would make a decision of this edition fail or err."""
    _check_records(edition)
    _check_whens(edition.matter)
    _check_end(edition)
    _check_once((condition.id for condition in edition.matter.conditions), _CONDITIONS)
    for condition in edition.matter.conditions:
        _check_condition(edition, condition)
        _check_redirect(edition, condition)
    for file, place, path, roots in _uses(edition.matter):
        _require(_leads(edition, path, roots), file, f"{place} 中的 {path} {_UNKNOWN}")


def _require(right: object, file: str, sentence: str) -> None:
    if not right:
        raise CatalogueError(f"{file}：{sentence}")


def _check_once(codes: Iterable[str], file: str) -> None:
    for code, count in Counter(codes).items():
        _require(count == 1, file, f"{code} 出现了 {count} 次，请改为各不相同")


def _check_records(edition: Edition) -> None:
    for name, use in edition.matter.records.items():
        kinds = edition.sources[use.source].kinds
        _require(use.kind in kinds, _MATERIALS, f"{name} 的数源 {use.source} 没有 {use.kind} 这一种记录，请核对拼写")
        parts = len(kinds[use.kind].key)
        _require(len(use.key) == parts, _MATERIALS, f"{name} 的 key 应当有 {parts} 项，请与数源记录的键一一对应")


def _check_end(edition: Edition) -> None:
    path = edition.matter.result.valid_until
    field = _field(edition, path) if path else None
    dated = path is None or (field is not None and field.type is FieldType.DATE)
    _require(dated, _MATTER, f"result.valid_until 的 {path} 不是日期字段，请核对")


def _field(edition: Edition, path: str) -> Field | None:
    root, _, rest = path.partition(".")
    use = edition.matter.records.get(root)
    if use is not None:
        return _kind(edition, use).fields.get(rest)
    return edition.matter.fields.get(rest) if root == "form" else None


def _check_whens(matter: Matter) -> None:
    for file, place, when in _whens(matter):
        _check_expression(file, place, when)
        for path in paths(when):
            asked = path.removeprefix("situation.") in matter.questions and path.startswith("situation.")
            _require(asked, file, f"{place} 的 when 中的 {path} 不能用，只能引用 situation 的问题，请核对拼写")


def _whens(matter: Matter) -> Iterator[tuple[str, str, str]]:
    parts = (
        (_FORM, matter.fields.items()),
        (_MATERIALS, matter.questions.items()),
        (_MATERIALS, matter.records.items()),
        (_MATERIALS, matter.materials.items()),
        (_CONDITIONS, ((condition.id, condition) for condition in matter.conditions)),
    )
    return ((file, place, part.when) for file, items in parts for place, part in items if part.when is not None)


def _check_expression(file: str, place: str, expression: str) -> None:
    try:
        compiled(expression)
    except ExpressionError as error:
        raise CatalogueError(f"{file}：{place} 的{error}") from error


def _check_condition(edition: Edition, condition: Condition) -> None:
    place = condition.id
    one = [condition.holds is not None, bool(condition.matches), condition.examine is not None].count(True)
    _require(one == 1, _CONDITIONS, f"{place} 应当有 holds、matches 或者 examine，且只有一个，请删去或者补上")
    person = condition.examine is None or condition.otherwise is Effect.REVIEW
    _require(person, _CONDITIONS, f"{place} 由人核查（examine），otherwise 只能是 review，请改正")
    lawful = condition.otherwise is not Effect.REFUSE or edition.matter.nature != "filing" or condition.basis.article
    _require(lawful, _CONDITIONS, f"{place} 备案不得无据拒绝，请写明条款")
    matched = [path for match in condition.matches for path in (match.declared, match.held)]
    _check_clause(edition, place, condition, matched)
    if condition.enough is not None:
        _check_clause(edition, place, condition.enough, [])


def _check_clause(edition: Edition, place: str, clause: Condition | Enough, matched: list[str]) -> None:
    if clause.holds is not None:
        _check_expression(_CONDITIONS, place, clause.holds)
    for path in (*(paths(clause.holds) if clause.holds else ()), *clause.needs, *matched):
        _require(_exists(edition, path), _CONDITIONS, f"{place} 中的 {path} {_UNKNOWN}")
        _require(_needed(path, clause.needs), _CONDITIONS, f"{place} 中的 {path} 没有列入 needs，缺数据时会被误判，请补上")


def _check_redirect(edition: Edition, condition: Condition) -> None:
    redirect = condition.redirect
    fits = (redirect is not None) == (condition.otherwise is Effect.REDIRECT)
    _require(fits, _CONDITIONS, f"{condition.id} 的 otherwise 是 redirect 时要写 redirect，否则不写，请改正")
    if redirect is None:
        return
    region = redirect.to != "authority" or (redirect.region is not None and _exists(edition, redirect.region))
    _require(region, _CONDITIONS, f"{condition.id} 的 redirect.region {_UNKNOWN}")
    questions = edition.matter.questions
    known = all(code in questions and answer in questions[code].answers for code, answer in redirect.answers.items())
    _require(known, _CONDITIONS, f"{condition.id} 的 redirect.answers 不是本事项的问题和选项，请核对拼写")


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
    return field in _kind(edition, use).fields


def _kind(edition: Edition, use: RecordUse) -> RecordKind:
    return edition.sources[use.source].kinds[use.kind]


def _needed(path: str, needs: tuple[str, ...]) -> bool:
    """A record's value is needed itself, or with its presence: what is not there is then judged by the expression."""
    root = path.partition(".")[0]
    return root in {"form", "situation", "parameter", *OWN} or path in needs or f"{root}.present" in needs


def _uses(matter: Matter) -> Iterator[tuple[str, str, str, set[str]]]:
    """Every path outside conditions: its file, its place, itself, and the roots it may start from."""
    records = set(matter.records)
    for name, use in matter.records.items():
        yield from ((_MATERIALS, name, path, {"form", "applicant"}) for path in use.key)
    for code, field in matter.fields.items():
        yield from ((_FORM, code, path, {"applicant", *records}) for path in (field.prefill,) if path)
    for code, material in matter.materials.items():
        yield from ((_MATERIALS, code, f"form.{field}", {"form"}) for field in material.fields)
    yield from ((_MATTER, "unique", path, {"form", "applicant", "situation"}) for path in matter.unique)
    yield from ((_MATTER, "holder", path, {"form", "applicant", *records}) for path in (matter.holder.code, matter.holder.name))
    yield from (
        (_MATTER, line.label, line.value, {"form", "situation", "organ", "applicant", *records})
        for line in matter.result.contents
    )


def _leads(edition: Edition, path: str, roots: set[str]) -> bool:
    return path.partition(".")[0] in roots and (path in _ORGAN or _exists(edition, path))
