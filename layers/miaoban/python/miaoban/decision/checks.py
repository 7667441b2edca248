"""The checks of a release: all that stands against it, told at once.

What makes an edition impossible to decide (`catalogue.checking`) comes first; only when there is none of it are expressions
tried and examples played, for they would only tell the same again.
"""

from collections.abc import Iterator, Mapping

from miaoban.catalogue.checking import faults
from miaoban.catalogue.checking_regions import check_regions
from miaoban.catalogue.condition import Basis, Effect
from miaoban.catalogue.errors import CatalogueError
from miaoban.catalogue.finding import Finding
from miaoban.catalogue.publication import Edition
from miaoban.catalogue.table_findings import table_findings
from miaoban.catalogue.trial import untyped
from miaoban.decision.example import Example
from miaoban.decision.playing import failures


def findings(edition: Edition, examples: Mapping[str, Example]) -> tuple[Finding, ...]:
    """Everything that refuses a release of an edition with its examples; nothing when it may be published."""
    found = [*(Finding.of(fault) for fault in faults(edition)), *_regions(edition)]
    wrong = [*found, *_bases(edition), *_quality(edition)]
    wrong += _tables(edition)
    return tuple(wrong) if found else (*wrong, *untyped(edition), *_examples(edition, examples))


def _regions(edition: Edition) -> Iterator[Finding]:
    try:
        check_regions(edition.matter)
    except CatalogueError as error:
        yield Finding.of(error)


def _tables(edition: Edition) -> Iterator[Finding]:
    for finding in table_findings(edition):
        yield Finding(code="decision-table", says=str(finding))


def _bases(edition: Edition) -> Iterator[Finding]:
    """A matter and each condition rest on a law and an article."""
    if not edition.matter.basis or not all(map(_told, edition.matter.basis)):
        yield Finding(code="basis-missing", says="matter.yaml：basis 缺少法律依据，请写明法律名称和条款")
    for condition in edition.matter.conditions:
        if not _told(condition.basis):
            says = f"conditions.yaml：{condition.id} 的 basis 缺少法律依据，请写明法律名称和条款"
            yield Finding(code="basis-missing", says=says)


def _told(basis: Basis) -> bool:
    return bool(basis.law.strip() and basis.article.strip())


def _quality(edition: Edition) -> Iterator[Finding]:
    """A filing is not a licence: it may not be refused for its quality (优化营商环境条例 art. 39)."""
    for condition in edition.matter.conditions if edition.matter.nature == "filing" else ():
        if condition.otherwise is Effect.REFUSE and condition.about in {None, "quality"}:
            says = (
                f"conditions.yaml：{condition.id} 以质量类条件拒绝备案（优化营商环境条例第三十九条），"
                "请改为 flag；确属主体、权限或者形式问题的，请写 about: subject、authority 或者 form"
            )
            yield Finding(code="filing-refuses-quality", says=says)


def _examples(edition: Edition, examples: Mapping[str, Example]) -> Iterator[Finding]:
    if not examples:
        yield Finding(code="example-missing", says="examples/：没有示例，请为每一种结果各写一个")
    for sentence in failures(edition, examples):
        yield Finding(code="example-fails", says=sentence)
