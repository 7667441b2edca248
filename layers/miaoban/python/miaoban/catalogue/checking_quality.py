"""Checking quality rules: each has one form, names fields that there are, and says yes or no of every record of its kind."""

from collections.abc import Mapping
from typing import Final

from miaoban.catalogue.demands import check_expression, require
from miaoban.catalogue.errors import CatalogueError, ExpressionError
from miaoban.catalogue.expressions import holds, paths
from miaoban.catalogue.fields import Field, FieldType
from miaoban.catalogue.literals import misfits
from miaoban.catalogue.quality import QualityRule, Reference
from miaoban.catalogue.samples import MOST, TODAY, combinations, texts_in, told, values
from miaoban.catalogue.source import RecordKind, Source
from miaoban.catalogue.spelling import meant

_RECORD: Final = "record."


def check_quality(file: str, source: Source) -> None:
    """Raise CatalogueError for the first quality rule that could not be carried out."""
    for code, kind in source.kinds.items():
        seen: set[str] = set()
        for rule in kind.quality:
            words = ("kinds", code, "quality", rule.id)
            require(rule.id not in seen, file, f"{code} 的质量规则 {rule.id} 出现了两次，请改为各不相同", *words)
            seen.add(rule.id)
            _check_form(file, rule, words)
            if rule.holds is not None:
                _check_holds(file, kind, rule.holds, words)
            if rule.refers is not None:
                _check_own(file, kind, rule.refers, words)


def _check_form(file: str, rule: QualityRule, words: tuple[str, ...]) -> None:
    forms = [rule.holds is not None, rule.timely is not None, rule.refers is not None]
    sentence = f"{rule.id} 应当有 holds、timely 或者 refers，且只有一个，请删去或者补上"
    require(forms.count(True) == 1, file, sentence, *words)
    sentence = f"{rule.id} 是 timely 或者 refers，severity 只能是 note：迟到的记录仍是最新的，所指的可能还在路上，请改正"
    require(rule.holds is not None or rule.severity == "note", file, sentence, *words, "severity")


def _check_holds(file: str, kind: RecordKind, expression: str, words: tuple[str, ...]) -> None:
    check_expression(file, expression, *words)
    known = ("today", *(f"{_RECORD}{code}" for code in kind.fields))
    for path in paths(expression):
        sentence = f"{words[-1]} 中的 {path} 没有这个字段{meant(path, known)}，请写成 record.字段，或者 today"
        require(path in known, file, sentence, *words, path)
    says = _misfit(kind.fields, expression)
    if says:
        raise CatalogueError(f"{words[-1]} 的{says}", file, (*words, "holds"))


def _misfit(fields: Mapping[str, Field], expression: str) -> str | None:
    """What is wrong with an expression, tried on sample values of the fields that it names; None when it is right."""
    found = next(misfits(expression, lambda path: _field(fields, path), lambda path: _options(fields, path)), None)
    if found is not None:
        return found
    named = [path.removeprefix(_RECORD) for path in paths(expression) if path.startswith(_RECORD)]
    for parts in combinations([values(fields[code], texts_in(expression), ()) for code in named], MOST):
        record = dict(zip(named, parts, strict=True))
        try:
            holds(expression, {"record": record, "today": TODAY})
        except ExpressionError as error:
            return f"{error}（{told(record)}），请检查类型，可以不填的先与 null 比较"
    return None


def _field(fields: Mapping[str, Field], path: str) -> Field | None:
    return fields.get(path.removeprefix(_RECORD))


def _options(fields: Mapping[str, Field], path: str) -> tuple[str, ...] | None:
    field = _field(fields, path)
    return tuple(field.options) if field and field.type is FieldType.CHOICE else None


def _check_own(file: str, kind: RecordKind, refers: Reference, words: tuple[str, ...]) -> None:
    for code in refers.key:
        sentence = f"{words[-1]} 的 key 中的 {code} 没有这个字段{meant(code, kind.fields)}，请核对拼写"
        require(code in kind.fields, file, sentence, *words, "refers", "key")


def check_references(sources: Mapping[str, Source]) -> None:
    """Raise CatalogueError for a reference to what no source has; the sources by the names of their files."""
    known = {source.code: source for source in sources.values()}
    for file, source in sources.items():
        for code, kind in source.kinds.items():
            for rule in kind.quality:
                if rule.refers is not None:
                    _check_reference(file, known, kind, rule.refers, ("kinds", code, "quality", rule.id))


def _check_reference(
    file: str, known: Mapping[str, Source], kind: RecordKind, refers: Reference, words: tuple[str, ...]
) -> None:
    place, rule = (*words, "refers"), words[-1]
    sentence = f"{rule} 没有数源 {refers.source}{meant(refers.source, known)}，请核对拼写，或者在 sources/ 中登记"
    require(refers.source in known, file, sentence, *place, "source")
    kinds = known[refers.source].kinds
    sentence = f"{rule} 的数源 {refers.source} 没有 {refers.kind} 这一种记录{meant(refers.kind, kinds)}，请核对拼写"
    require(refers.kind in kinds, file, sentence, *place, "kind")
    there = kinds[refers.kind]
    wanted = [there.fields[code].type for code in there.key]
    sentence = f"{rule} 的 key 应当与 {refers.source}/{refers.kind} 的键（{'、'.join(there.key)}）逐项对应、类型相同，请改正"
    require([kind.fields[code].type for code in refers.key] == wanted, file, sentence, *place, "key")
