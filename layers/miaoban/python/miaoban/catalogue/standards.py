"""The text of the standards read: strict YAML, and one sentence for the first thing by which two materials could merge."""

from collections.abc import Iterator

from miaoban.catalogue.documents import document_of, model_of
from miaoban.catalogue.errors import CatalogueError
from miaoban.catalogue.naming import Standards
from miaoban.catalogue.stripping import skeleton


def read_standards(name: str, text: str) -> Standards:
    """Read the standards' text; raises CatalogueError, whose sentence names file, place and cure."""
    standards = model_of(Standards, document_of(name, text), name)
    for sentence in (*_unknown(standards), *_vain(standards), *_repeated(standards), *_forbidden(standards)):
        raise CatalogueError(f"{name}：{sentence}")
    return standards


def _unknown(standards: Standards) -> Iterator[str]:
    """What names a standard that is not there."""
    for number, guard in enumerate(standards.guards, 1):
        for code in guard.between.keys() - standards.standards.keys():
            yield f"guards 第 {number} 条的 {code} 不是已有的标准，请核对编码"
    for code, standard in standards.standards.items():
        for other in {*standard.satisfied_by} - standards.standards.keys():
            yield f"{code} 的 satisfied_by 中的 {other} 不是已有的标准，请核对编码"


def _vain(standards: Standards) -> Iterator[str]:
    """What would never act: a name without a letter, and a guard that keeps nothing from anything."""
    for code, standard in standards.standards.items():
        for alias, _ in standard.names():
            if not skeleton(alias):
                yield f"{code} 的别名“{alias}”没有文字，请删除或者改正"
    for number, guard in enumerate(standards.guards, 1):
        marks = [mark for code in guard.between for mark in guard.foreign(code)]
        if not marks or not all(map(skeleton, marks)):
            yield f"guards 第 {number} 条没有标志词或者标志词没有文字，不起作用，请补上"


def _repeated(standards: Standards) -> Iterator[str]:
    """What stands in two places, and so would mean two things."""
    owners: dict[str, str] = {}
    for code, standard in standards.standards.items():
        for alias, _ in standard.names():
            if owner := owners.get(skeleton(alias)):
                yield f"{code} 的别名“{alias}”在 {owner} 中已有（不分括号和标点），一个名称只能有一处，请删去一处"
            owners[skeleton(alias)] = code
    said: dict[str, str] = {}
    for axis, values in standards.modifiers.attributes.items():
        for value, words in values.items():
            for word in words:
                place = f"{axis}.{value}"
                if (other := said.setdefault(skeleton(word), place)) != place:
                    yield f"modifiers 的“{word}”在 {other} 和 {place} 中都有，请只保留一处"


def _forbidden(standards: Standards) -> Iterator[str]:
    """What a standard calls its own and a guard says it is not."""
    for code, standard in standards.standards.items():
        for alias, _ in standard.names():
            if because := standards.forbids(code, alias):
                yield f"{code} 的别名“{alias}”被绝不合并的规则禁止（{because}），请移到正确的标准，或者改标志词"
