"""Checking an edition for what its models cannot see: what is named exists, is asked for, and says yes or no."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice, product
from typing import Final

from miaoban.catalogue.checking_bases import check_bases
from miaoban.catalogue.checking_conditions import check_condition, check_redirect
from miaoban.catalogue.checking_consents import check_consent
from miaoban.catalogue.checking_limits import check_items, check_limits
from miaoban.catalogue.checking_quota import check_quota
from miaoban.catalogue.checking_sources import check_source
from miaoban.catalogue.codes import AUDIENCES, CHANNELS, EXTENSIONS, LEVELS, TYPES
from miaoban.catalogue.demands import check_expression, require
from miaoban.catalogue.errors import CatalogueError, ExpressionError, FactError
from miaoban.catalogue.expressions import holds, paths
from miaoban.catalogue.fields import FieldType
from miaoban.catalogue.known_paths import CONCLUSION, field_at, leads, unknown
from miaoban.catalogue.matter import Matter, RecordUse
from miaoban.catalogue.places import CONDITIONS, FORM, MATERIALS, MATTER, uses, whens
from miaoban.catalogue.publication import Edition
from miaoban.catalogue.source import Sharing
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
    yield partial(_check_conclusions, matter)
    yield partial(check_limits, matter)
    yield partial(check_items, matter)
    for name, use in matter.records.items():
        yield partial(_check_record, edition, name, use)
        yield partial(check_consent, edition, name, use)
    yield partial(_check_spared, matter)
    yield partial(_check_carried, matter)
    for file, words, when in whens(matter):
        yield partial(_check_when, matter, file, when, *words)
    yield partial(check_bases, matter)
    yield partial(_check_end, edition)
    yield partial(_check_once, [condition.id for condition in matter.conditions])
    for condition in matter.conditions:
        yield partial(check_condition, edition, condition)
        yield partial(check_redirect, edition, condition)
    for use_ in uses(matter):
        yield partial(_check_use, edition, *use_)
    yield partial(check_quota, edition)


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


def _check_conclusions(matter: Matter) -> None:
    """A review can approve, people can tell its conclusions apart, and a licence that names one is never without."""
    conclusions = matter.reviewer.conclusions
    place = ("reviewer", "conclusions")
    approving = not conclusions or any(conclusion.approves for conclusion in conclusions.values())
    require(approving, MATTER, "reviewer.conclusions 没有一项是 approves: true，什么都不能准予，请核对", *place)
    labels = [conclusion.label for conclusion in conclusions.values()]
    for code, conclusion in conclusions.items():
        told = bool(conclusion.label.strip()) and labels.count(conclusion.label) == 1
        require(told, MATTER, f"结论 {code} 的 label 是空的，或者与别的结论相同，请改正", *place, code, "label")
    named = any(line.value == CONCLUSION for line in matter.result.contents)
    examined = any(condition.examine is not None and condition.when is None for condition in matter.conditions)
    sentence = f"result 写明 {CONCLUSION}，但机器也能准予，那时没有结论，请加一项没有 when 的 examine 条件"
    require(not named or examined, MATTER, sentence, "result", CONCLUSION)


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
    source = edition.sources[use.source]
    sentence = f"{name} 的数源 {use.source}（{source.name}）不予共享，不能用于事项，请改由申请人提交材料或者由人核查"
    require(source.sharing is not Sharing.REFUSED, MATERIALS, sentence, *place, "source")
    kinds = source.kinds
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


def _check_when(matter: Matter, file: str, when: str, *words: str) -> None:
    asked = {f"situation.{question}" for question in matter.questions}
    check_expression(file, when, *words)
    for path in paths(when):
        if path not in asked:
            cure = f"只能引用 situation 的问题{meant(path, asked)}，请核对拼写"
            raise CatalogueError(f"{words[1]} 的 when 中的 {path} 不能用，{cure}", file, (*words, "when"))
    _check_answers(matter, file, when, *words)


def _check_answers(matter: Matter, file: str, when: str, *words: str) -> None:
    """Try a `when` on the answers that it names, and on none: it must say yes or no to each."""
    asked = [path.removeprefix("situation.") for path in paths(when)]
    for answers in islice(product(*((None, *matter.questions[code].answers) for code in asked)), _TRIED):
        try:
            holds(when, {"situation": dict(zip(asked, answers, strict=True))})
        except ExpressionError as error:
            raise CatalogueError(f"{words[1]} 的 when 不能用，{error}，请检查写法", file, (*words, "when")) from error
