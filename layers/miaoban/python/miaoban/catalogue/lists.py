"""The five public lists over many matters: powers, paths, compliant guide, forbidden (违规禁办), tolerant (容缺).

Each is a table of texts, made matter by matter, so that a page of a list needs only the matters on it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from miaoban.catalogue.answers import situations_of
from miaoban.catalogue.codes import (
    AUDIENCES,
    CASE_TYPES,
    CHANNELS,
    CLASSES,
    LEVELS,
    NATURES,
    TYPES,
    cited,
    duration,
    leads,
    otherwise,
    word,
    words,
)
from miaoban.catalogue.compiled import burden
from miaoban.catalogue.condition import Effect
from miaoban.catalogue.publication import Edition
from miaoban.catalogue.situations import select

if TYPE_CHECKING:
    from miaoban.catalogue.matter import Matter

Rows = Iterable[tuple[str, ...]]

REFUSING: Final = frozenset({Effect.REFUSE, Effect.REDIRECT})
"""What is not done here, or not at all."""


class PublicList(NamedTuple):
    """A list: its code, its title, its columns, and the rows that one matter adds. The first column is the matter's name."""

    code: str
    title: str
    columns: tuple[str, ...]
    rows: Callable[[Edition], Rows]


def rows_of(listed: PublicList, editions: Iterable[Edition]) -> Iterator[tuple[str, ...]]:
    """The rows of a list over many matters, in their order."""
    return (row for edition in editions for row in listed.rows(edition))


def _powers(edition: Edition) -> Rows:
    matter = edition.matter
    yield (
        matter.name,
        matter.basic_code,
        word(TYPES, matter.type),
        word(NATURES, matter.nature),
        word(LEVELS, matter.level),
        words(AUDIENCES, matter.audience),
        cited(matter.basis),
        "、".join(organ.name for organ in matter.all_organs) or matter.coordinator,
    )


def _paths(edition: Edition) -> Rows:
    matter, asked, situations = edition.matter, burden(edition), situations_of(edition.matter)
    promised = (select(matter, answers).limits(matter.limits, {}).promised for answers in situations)
    yield (
        matter.name,
        word(CASE_TYPES, matter.case_type),
        words(CHANNELS, matter.guide.channels),
        str(matter.guide.visits),
        " → ".join(step.name for step in matter.guide.steps),
        duration(max(promised, key=lambda limit: limit.n)),
        str(len(situations)),
        f"{asked.before} → {asked.after}",
        "、".join(dict.fromkeys(filter(None, map(leads, matter.conditions)))) or "无",
    )


def _compliant(edition: Edition) -> Rows:
    for condition in edition.matter.conditions:
        then = otherwise(condition)
        yield edition.matter.name, condition.id, condition.title, cited(condition.basis), then, condition.cure


def _forbidden(edition: Edition) -> Rows:
    for condition in edition.matter.conditions:
        if condition.otherwise in REFUSING:
            then = otherwise(condition)
            yield edition.matter.name, condition.id, condition.says, then, cited(condition.basis), condition.cure


def _tolerant(edition: Edition) -> Rows:
    matter: Matter = edition.matter
    for material in matter.materials.values():
        if material.necessity == "3":
            later = duration(material.later) if material.later else "没有写明，请补充 later"
            yield matter.name, material.name, word(CLASSES, material.class_), later, "逾期未补的视为撤回申请"


_LISTS: Final = (
    PublicList(
        "powers",
        "权力事项清单",
        ("事项", "基本编码", "类型", "性质", "行使层级", "服务对象", "依据", "实施机关"),
        _powers,
    ),
    PublicList(
        "paths",
        "办理路径清单",
        (
            "事项",
            "办件类型",
            "办理形式",
            "到现场次数",
            "流程",
            "承诺时限",
            "情形数",
            "材料（原需 → 现需提交）",
            "可能改办的事项",
        ),
        _paths,
    ),
    PublicList("compliant", "合规办事业务指南", ("事项", "条件", "应当符合", "依据", "不符合的", "怎样符合"), _compliant),
    PublicList("forbidden", "违规禁办事项清单", ("事项", "条件", "不办理的情形", "处理", "依据", "出路"), _forbidden),
    PublicList("tolerant", "容缺受理清单", ("事项", "材料", "来源", "补交期限", "后果"), _tolerant),
)
LISTS: Final[Mapping[str, PublicList]] = {listed.code: listed for listed in _LISTS}
"""The five lists by their codes."""
