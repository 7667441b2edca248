"""Checking an edition for what its models cannot see: expressions compile, name what exists, and need what they name."""

from collections.abc import Iterator
from itertools import islice, product
from typing import Final

from miaoban.catalogue.errors import CatalogueError, ExpressionError
from miaoban.catalogue.expressions import assigns, compiled, holds, paths
from miaoban.catalogue.fields import Field, FieldType
from miaoban.catalogue.known_paths import RULES, exists, is_fact, leads, unknown
from miaoban.catalogue.matter import Condition, Effect, Enough, Matter
from miaoban.catalogue.publication import Edition
from miaoban.catalogue.spelling import meant
from miaoban.catalogue.tables import ROOT

_CONDITIONS, _MATERIALS, _FORM, _MATTER = "conditions.yaml", "materials.yaml", "form.yaml", "matter.yaml"

_TRIED: Final = 256
"""Combinations of answers on which one `when` is tried."""


def check_edition(edition: Edition) -> None:
    """Raise CatalogueError for the first thing that would make a decision of this edition fail or err."""
    _check_records(edition)
    _check_materials(edition.matter)
    _check_whens(edition.matter)
    _check_end(edition)
    _check_once([condition.id for condition in edition.matter.conditions])
    for condition in edition.matter.conditions:
        _check_condition(edition, condition)
        _check_redirect(edition, condition)
    for file, words, path, roots in _uses(edition.matter):
        _require(leads(edition, path, roots), file, f"{words[-1]} {unknown(edition, path)}", *words, path)


def _require(right: object, file: str, sentence: str, *words: str) -> None:
    """Raise CatalogueError unless all is right; the words lead to the place in the file."""
    if not right:
        raise CatalogueError(sentence, file, words)


def _check_once(ids: list[str]) -> None:
    for number, code in enumerate(ids):
        times = ids.count(code)
        _require(code not in ids[:number], _CONDITIONS, f"{code} 出现了 {times} 次，请改为各不相同", "conditions", str(number))


def _check_records(edition: Edition) -> None:
    for name, use in edition.matter.records.items():
        kinds, place = edition.sources[use.source].kinds, ("records", name)
        near = meant(use.kind, kinds)
        sentence = f"{name} 的数源 {use.source} 没有 {use.kind} 这一种记录{near}，请核对拼写"
        _require(use.kind in kinds, _MATERIALS, sentence, *place, "kind")
        parts = len(kinds[use.kind].key)
        sentence = f"{name} 的 key 应当有 {parts} 项，请与数源记录的键一一对应"
        _require(len(use.key) == parts, _MATERIALS, sentence, *place, "key")


def _check_materials(matter: Matter) -> None:
    """A material is spared by a record that is looked up, or by who the applicant is; a file sent in belongs to a material."""
    records = {*matter.records, "applicant"}
    for code, material in matter.materials.items():
        sentence = f"{code} 的 record 没有 {material.record} 这一记录{meant(material.record or '', records)}，请核对拼写"
        _require(material.record in {None, *records}, _MATERIALS, sentence, "materials", code, "record")
    carried = {field for material in matter.materials.values() for field in material.fields}
    for code, field in matter.fields.items():
        named = field.type is not FieldType.DIGEST or code in carried
        sentence = f"{code} 是上传的文件，但 materials.yaml 中没有哪份材料的 fields 包含它，请补上这份材料"
        _require(named, _FORM, sentence, "fields", code)


def _check_end(edition: Edition) -> None:
    path = edition.matter.result.valid_until
    field = _field(edition, path) if path else None
    dated = path is None or (field is not None and field.type is FieldType.DATE)
    _require(dated, _MATTER, f"result.valid_until 的 {path} 不是日期字段，请核对", "result", "valid_until")


def _field(edition: Edition, path: str) -> Field | None:
    root, _, rest = path.partition(".")
    use = edition.matter.records.get(root)
    if use is not None:
        return edition.sources[use.source].kinds[use.kind].fields.get(rest)
    return edition.matter.fields.get(rest) if root == "form" else None


def _check_whens(matter: Matter) -> None:
    asked = {f"situation.{question}" for question in matter.questions}
    for file, words, when in _whens(matter):
        _check_expression(file, when, *words)
        for path in paths(when):
            cure = f"只能引用 situation 的问题{meant(path, asked)}，请核对拼写"
            _require(path in asked, file, f"{words[-1]} 的 when 中的 {path} 不能用，{cure}", *words, "when")
        _check_answers(matter, file, when, *words)


def _check_answers(matter: Matter, file: str, when: str, *words: str) -> None:
    """Try a `when` on the answers that it names, and on none: it must say yes or no to each."""
    asked = [path.removeprefix("situation.") for path in paths(when)]
    for answers in islice(product(*((None, *matter.questions[code].answers) for code in asked)), _TRIED):
        try:
            holds(when, {"situation": dict(zip(asked, answers, strict=True))})
        except ExpressionError as error:
            raise CatalogueError(f"{words[-1]} 的 when 不能用，{error}，请检查写法", file, (*words, "when")) from error


def _whens(matter: Matter) -> Iterator[tuple[str, tuple[str, str], str]]:
    parts = (
        (_FORM, "fields", matter.fields.items()),
        (_MATERIALS, "questions", matter.questions.items()),
        (_MATERIALS, "records", matter.records.items()),
        (_MATERIALS, "materials", matter.materials.items()),
        (_CONDITIONS, "conditions", ((condition.id, condition) for condition in matter.conditions)),
    )
    for file, name, items in parts:
        yield from ((file, (name, code), part.when) for code, part in items if part.when is not None)


def _check_expression(file: str, expression: str, *words: str) -> None:
    try:
        compiled(expression)
    except ExpressionError as error:
        raise CatalogueError(f"{words[-1]} 的{error}", file, (*words, expression)) from error
    sentence = f"{words[-1]} 的表达式 {expression} 中有单个的 =，比较请写成 =="
    _require(not assigns(expression), file, sentence, *words, expression)


def _check_condition(edition: Edition, condition: Condition) -> None:
    place = condition.id
    one = [condition.holds is not None, bool(condition.matches), condition.examine is not None].count(True)
    _require(one == 1, _CONDITIONS, f"{place} 应当有 holds、matches 或者 examine，且只有一个，请删去或者补上", place)
    person = condition.examine is None or condition.otherwise is Effect.REVIEW
    _require(person, _CONDITIONS, f"{place} 由人核查（examine），otherwise 只能是 review，请改正", place, "otherwise")
    lawful = condition.otherwise is not Effect.REFUSE or edition.matter.nature != "filing" or condition.basis.article
    _require(lawful, _CONDITIONS, f"{place} 备案不得无据拒绝，请写明条款", place, "basis")
    matched = [path for match in condition.matches for path in (match.declared, match.held)]
    _check_clause(edition, condition, matched, place)
    if condition.enough is not None:
        _check_clause(edition, condition.enough, [], place, "enough")


def _check_clause(edition: Edition, clause: Condition | Enough, matched: list[str], *words: str) -> None:
    place = words[0]
    if clause.holds is not None:
        _check_expression(_CONDITIONS, clause.holds, *words[:1])
    named = paths(clause.holds) if clause.holds else ()
    whole = {f"{ROOT}.{name}" for name in edition.matter.tables}
    known = [*((path, exists(edition, path)) for path in named), *((path, is_fact(edition, path)) for path in matched)]
    for path, right in (*known, *((path, path in whole or exists(edition, path)) for path in clause.needs)):
        _require(right, _CONDITIONS, f"{place} {unknown(edition, path)}", *words, path)
        sentence = f"{place} 中的 {path} 没有列入 needs，缺数据时会被误判，请补上"
        _require(_needed(edition, path, clause.needs), _CONDITIONS, sentence, *words, "needs")


def _needed(edition: Edition, path: str, needs: tuple[str, ...]) -> bool:
    """A record's value is needed itself, or with its presence: what is not there is then judged by the expression.

    A table is needed itself, by any of its outputs, or by all that it compares.
    """
    root, _, rest = path.partition(".")
    if root == ROOT:
        name = rest.partition(".")[0]
        inputs = edition.matter.tables[name].inputs
        itself = any(need == f"{ROOT}.{name}" or need.startswith(f"{ROOT}.{name}.") for need in needs)
        return itself or all(_needed(edition, column, needs) for column in inputs)
    return root in RULES or path in needs or f"{root}.present" in needs


def _check_redirect(edition: Edition, condition: Condition) -> None:
    redirect, place = condition.redirect, condition.id
    fits = (redirect is not None) == (condition.otherwise is Effect.REDIRECT)
    sentence = f"{place} 的 otherwise 是 redirect 时要写 redirect，否则不写，请改正"
    _require(fits, _CONDITIONS, sentence, place, "otherwise")
    if redirect is None:
        return
    region = redirect.to != "authority" or (redirect.region is not None and is_fact(edition, redirect.region))
    sentence = f"{place} 的 redirect.region 没有这个字段或数源字段，请核对拼写"
    _require(region, _CONDITIONS, sentence, place, "redirect", "region")
    questions = edition.matter.questions
    known = all(code in questions and answer in questions[code].answers for code, answer in redirect.answers.items())
    sentence = f"{place} 的 redirect.answers 不是本事项的问题和选项，请核对拼写"
    _require(known, _CONDITIONS, sentence, place, "redirect", "answers")


def _uses(matter: Matter) -> Iterator[tuple[str, tuple[str, ...], str, set[str]]]:
    """Every path outside conditions: its file, the words that lead to it, itself, and the roots it may start from."""
    records = set(matter.records)
    for name, use in matter.records.items():
        yield from ((_MATERIALS, ("records", name), path, {"form", "applicant"}) for path in use.key)
    for code, field in matter.fields.items():
        yield from ((_FORM, ("fields", code), path, {"applicant", *records}) for path in (field.prefill,) if path)
    for code, material in matter.materials.items():
        yield from ((_MATERIALS, ("materials", code), f"form.{field}", {"form"}) for field in material.fields)
    yield from ((_MATTER, ("unique",), path, {"form", "applicant", "situation"}) for path in matter.unique)
    holder = (matter.holder.code, matter.holder.name)
    yield from ((_MATTER, ("holder",), path, {"form", "applicant", *records}) for path in holder)
    shown = {"form", "situation", "organ", "applicant", *records}
    yield from ((_MATTER, ("result", line.label), line.value, shown) for line in matter.result.contents)
