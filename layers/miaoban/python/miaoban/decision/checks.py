"""The checks of a release: all that stands against it, told at once.

What makes an edition impossible to decide (`catalogue.checking`) comes first; only when there is none of it are expressions
tried and examples played, for they would only tell the same again.
"""

from collections.abc import Iterator, Mapping

from miaoban.catalogue.checking import faults
from miaoban.catalogue.checking_bases import joined
from miaoban.catalogue.checking_regions import check_regions
from miaoban.catalogue.condition import Basis, Effect
from miaoban.catalogue.errors import CatalogueError
from miaoban.catalogue.finding import Finding
from miaoban.catalogue.places import CONDITIONS, MATTER
from miaoban.catalogue.publication import Edition
from miaoban.catalogue.table_findings import table_findings
from miaoban.catalogue.trial import untyped
from miaoban.decision.example import Example
from miaoban.decision.playing import failures

_Coded = tuple[str, CatalogueError]


def findings(edition: Edition, examples: Mapping[str, Example]) -> tuple[Finding, ...]:
    """Everything that refuses a release of an edition with its examples; nothing when it may be published."""
    found, more = _undecidable(edition), _unlawful(edition)
    wrong = tuple(Finding(code=code, says=str(error)) for code, error in (*found, *more))
    return wrong if found else (*wrong, *untyped(edition), *_examples(edition, examples))


def places(edition: Edition) -> dict[str, CatalogueError]:
    """The errors behind findings, by their sentences: with the texts of the edition, they tell the line."""
    return {str(error): error for _, error in (*_undecidable(edition), *_unlawful(edition))}


def _undecidable(edition: Edition) -> list[_Coded]:
    return [(error.code, error) for error in (*faults(edition), *_regions(edition))]


def _unlawful(edition: Edition) -> list[_Coded]:
    return [*_bases(edition), *_quality(edition), *_tables(edition)]


def _regions(edition: Edition) -> Iterator[CatalogueError]:
    try:
        check_regions(edition.matter)
    except CatalogueError as error:
        yield error


def _tables(edition: Edition) -> Iterator[_Coded]:
    for fault in table_findings(edition):
        yield "decision-table", CatalogueError(fault.sentence, fault.file, fault.words)


def _bases(edition: Edition) -> Iterator[_Coded]:
    """A matter and each condition rest on articles, each of one law."""
    matter = edition.matter
    yield from _based(matter.basis, "", MATTER, ("basis",))
    for condition in matter.conditions:
        yield from _based(condition.basis, f"{condition.id} 的 ", CONDITIONS, (condition.id, "basis"))


def _based(bases: tuple[Basis, ...], whose: str, file: str, words: tuple[str, ...]) -> Iterator[_Coded]:
    if not bases or not all(map(_told, bases)):
        yield "basis-missing", CatalogueError(f"{whose}basis 缺少法律依据，请写明法律名称和条款", file, words)
    for basis in filter(joined, bases):
        says = f"{whose}basis 把几部法律写在一个名称里（{basis.law}），请分成几条，各写自己的条款"
        yield "basis-joined", CatalogueError(says, file, (*words, basis.law))


def _told(basis: Basis) -> bool:
    return bool(basis.law.strip() and basis.article.strip())


def _quality(edition: Edition) -> Iterator[_Coded]:
    """A filing is not a licence: it may not be refused for its quality (优化营商环境条例 art. 39)."""
    for condition in edition.matter.conditions if edition.matter.nature == "filing" else ():
        if condition.otherwise is Effect.REFUSE and condition.about in {None, "quality"}:
            says = (
                f"{condition.id} 以质量类条件拒绝备案（优化营商环境条例第三十九条），"
                "请改为 flag；确属主体、权限或者形式问题的，请写 about: subject、authority 或者 form"
            )
            yield "filing-refuses-quality", CatalogueError(says, CONDITIONS, (condition.id, "otherwise"))


def _examples(edition: Edition, examples: Mapping[str, Example]) -> Iterator[Finding]:
    if not examples:
        yield Finding(code="example-missing", says="examples/：没有示例，请为每一种结果各写一个")
    for sentence in failures(edition, examples):
        yield Finding(code="example-fails", says=sentence)
