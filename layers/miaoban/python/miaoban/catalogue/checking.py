"""Checking an edition for what its models cannot see: what is named exists, is asked for, and says yes or no."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice, product
from typing import Final

from miaoban.catalogue.checking_conditions import check_condition, check_redirect
from miaoban.catalogue.codes import AUDIENCES, CHANNELS, EXTENSIONS, LEVELS, TYPES
from miaoban.catalogue.demands import check_expression
from miaoban.catalogue.errors import CatalogueError, ExpressionError, FactError
from miaoban.catalogue.expressions import holds, paths
from miaoban.catalogue.fields import Field, FieldType
from miaoban.catalogue.known_paths import leads, unknown
from miaoban.catalogue.matter import Matter, RecordUse
from miaoban.catalogue.places import CONDITIONS, FORM, MATERIALS, MATTER, uses, whens
from miaoban.catalogue.publication import Edition
from miaoban.catalogue.source import Source
from miaoban.catalogue.spelling import meant

_TRIED: Final = 256
"""Combinations of answers on which one `when` is tried."""


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
        yield partial(check_source, f"{code}.yaml", source)
    yield partial(_check_codes, matter)
    for name, use in matter.records.items():
        yield partial(_check_record, edition, name, use)
    yield partial(_check_spared, matter)
    yield partial(_check_carried, matter)
    for file, words, when in whens(matter):
        yield partial(_check_when, matter, file, when, *words)
    yield partial(_check_end, edition)
    yield partial(_check_once, [condition.id for condition in matter.conditions])
    for condition in matter.conditions:
        yield partial(check_condition, edition, condition)
        yield partial(check_redirect, edition, condition)
    for use_ in uses(matter):
        yield partial(_check_use, edition, *use_)


def check_source(file: str, source: Source) -> None:
    """Raise CatalogueError for a kind of record whose key is not made of fields that it always has."""
    for code, kind in source.kinds.items():
        loose = [key for key in kind.key if key not in kind.fields or not kind.fields[key].required]
        if loose or not kind.key:
            sentence = f"{code} 的 key {'、'.join(loose)} 应当是必填字段，请核对"
            raise CatalogueError(sentence, file, ("kinds", code, "key"))


def _check_codes(matter: Matter) -> None:
    """What is told in codes is told in codes of the standard (GB/T 39046-2020 annex A)."""
    told = (
        ("type", () if EXTENSIONS.fullmatch(matter.type) else (matter.type,), TYPES),
        ("level", (matter.level,), LEVELS),
        ("audience", matter.audience, AUDIENCES),
        ("channels", matter.guide.channels, CHANNELS),
    )
    for name, codes, table in told:
        for code in codes:
            if code not in table:
                sentence = f"{name} 没有 {code} 这个代码{meant(code, table)}，可用的有 {'、'.join(table)}，请核对"
                raise CatalogueError(sentence, MATTER, (name,))


def _check_use(edition: Edition, file: str, words: tuple[str, ...], path: str, roots: set[str]) -> None:
    if not leads(edition, path, roots):
        raise FactError(f"{words[-1]} {unknown(edition, path)}", file, (*words, path))


def _check_once(ids: list[str]) -> None:
    for number, code in enumerate(ids):
        if code in ids[:number]:
            sentence = f"{code} 出现了 {ids.count(code)} 次，请改为各不相同"
            raise CatalogueError(sentence, CONDITIONS, ("conditions", str(number)))


def _check_record(edition: Edition, name: str, use: RecordUse) -> None:
    place = ("records", name)
    if use.source not in edition.sources:
        sentence = f"没有数源 {use.source}{meant(use.source, edition.sources)}，请核对拼写，或者在 sources/ 中登记"
        raise FactError(sentence, MATERIALS, (*place, "source"))
    kinds = edition.sources[use.source].kinds
    if use.kind not in kinds:
        sentence = f"{name} 的数源 {use.source} 没有 {use.kind} 这一种记录{meant(use.kind, kinds)}，请核对拼写"
        raise FactError(sentence, MATERIALS, (*place, "kind"))
    parts = len(kinds[use.kind].key)
    if len(use.key) != parts:
        sentence = f"{name} 的 key 应当有 {parts} 项，请与数源记录的键一一对应"
        raise CatalogueError(sentence, MATERIALS, (*place, "key"))


def _check_spared(matter: Matter) -> None:
    """A material is spared by a record that is looked up, or by who the applicant is."""
    records = {*matter.records, "applicant"}
    for code, material in matter.materials.items():
        if material.record is not None and material.record not in records:
            sentence = f"{code} 的 record 没有 {material.record} 这一记录{meant(material.record, records)}，请核对拼写"
            raise CatalogueError(sentence, MATERIALS, ("materials", code, "record"))


def _check_carried(matter: Matter) -> None:
    """A file that is sent in belongs to a material."""
    carried = {field for material in matter.materials.values() for field in material.fields}
    for code, field in matter.fields.items():
        if field.type is FieldType.DIGEST and code not in carried:
            sentence = f"{code} 是上传的文件，但 materials.yaml 中没有哪份材料的 fields 包含它，请补上这份材料"
            raise CatalogueError(sentence, FORM, ("fields", code))


def _check_end(edition: Edition) -> None:
    path = edition.matter.result.valid_until
    field = field_at(edition, path) if path else None
    if path is not None and (field is None or field.type is not FieldType.DATE):
        raise CatalogueError(f"result.valid_until 的 {path} 不是日期字段，请核对", MATTER, ("result", "valid_until"))


def field_at(edition: Edition, path: str) -> Field | None:
    """The field that a path names, of the form or of a record; None for anything else."""
    root, _, rest = path.partition(".")
    use = edition.matter.records.get(root)
    if use is None:
        return edition.matter.fields.get(rest) if root == "form" else None
    kind = edition.kind(use)
    return kind.fields.get(rest) if kind else None


def _check_when(matter: Matter, file: str, when: str, *words: str) -> None:
    asked = {f"situation.{question}" for question in matter.questions}
    check_expression(file, when, *words)
    for path in paths(when):
        if path not in asked:
            cure = f"只能引用 situation 的问题{meant(path, asked)}，请核对拼写"
            raise CatalogueError(f"{words[-1]} 的 when 中的 {path} 不能用，{cure}", file, (*words, "when"))
    _check_answers(matter, file, when, *words)


def _check_answers(matter: Matter, file: str, when: str, *words: str) -> None:
    """Try a `when` on the answers that it names, and on none: it must say yes or no to each."""
    asked = [path.removeprefix("situation.") for path in paths(when)]
    for answers in islice(product(*((None, *matter.questions[code].answers) for code in asked)), _TRIED):
        try:
            holds(when, {"situation": dict(zip(asked, answers, strict=True))})
        except ExpressionError as error:
            raise CatalogueError(f"{words[-1]} 的 when 不能用，{error}，请检查写法", file, (*words, "when")) from error
