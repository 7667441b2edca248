"""Impact (影响): what a new edition changes for those who file, those who decide and those who give data."""

from collections.abc import Iterator, Mapping
from typing import Any

from miaoban.catalogue.matter import Matter
from miaoban.catalogue.publication import Edition
from miaoban.models import Frozen

NAMED = 8
"""Parts that one sentence names; the impact itself names all."""

Part = tuple[str, Any]
"""What people call a part of an edition, and the part itself."""


class Changes(Frozen):
    """What of one kind came, went or was changed, by label and code."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


class Impact(Frozen):
    """What one edition changes against another."""

    matter: Changes
    situations: Changes
    fields: Changes
    parameters: Changes
    materials: Changes
    conditions: Changes
    limits: Changes
    organs: Changes
    regions: Changes
    sources: Changes

    @property
    def lines(self) -> tuple[str, ...]:
        """One Chinese sentence for each kind of change."""
        return tuple(_lines(self)) or ("内容没有变化",)


NAMES = {
    "matter": "事项本身",
    "situations": "情形",
    "fields": "表单字段",
    "parameters": "参数",
    "materials": "材料",
    "conditions": "条件",
    "limits": "时限",
    "organs": "机关",
    "regions": "区划清单",
    "sources": "数源",
}
_LIMITS = {"promised": "承诺时限", "correction": "补正期限", "wait": "等待数源", "review": "人工核查", "statutory": "法定时限"}
_WORDS = {
    "code": "编码",
    "basic_code": "基本编码",
    "name": "名称",
    "type": "事项类型",
    "case_type": "办件类型",
    "nature": "性质",
    "audience": "服务对象",
    "level": "行使层级",
    "basis": "依据",
    "holder": "持证主体",
    "unique": "不得重复的内容",
    "reviewer": "审核角色",
    "coordinator": "协调机关",
    "result": "证照",
    "guide": "办事指南",
    "items": "并联审批的事项",
    "quota": "数量限制",
}
_APART = frozenset({"questions", "fields", "materials", "records", "conditions", "limits", "organs", "parameters", "regions"})


def impact(before: Edition | None, after: Edition) -> Impact:
    """What `after` changes; without `before`, everything of it is added."""
    old, new = _parts(before) if before else {}, _parts(after)
    return Impact(**{kind: _changes(old.get(kind, {}), new[kind]) for kind in NAMES})


def _parts(edition: Edition) -> dict[str, dict[str, Part]]:
    """The parts of an edition by kind and code, each with the name by which people know it."""
    matter = edition.matter
    limits = {name: getattr(matter.limits, name) for name in _LIMITS}
    return {
        "matter": {
            name: (_WORDS.get(name, name), getattr(matter, name)) for name in sorted(Matter.model_fields.keys() - _APART)
        },
        "situations": _named(matter.questions, "label"),
        "fields": _named(matter.fields, "label"),
        "parameters": _named(matter.parameters, "label"),
        "materials": _named(matter.materials, "name")
        | {f"record:{code}": (f"数据比对（{code}）", use) for code, use in matter.records.items()},
        "conditions": {condition.id: (f"{condition.title}（{condition.id}）", condition) for condition in matter.conditions},
        "limits": {name: (_LIMITS[name], limit) for name, limit in limits.items() if limit is not None},
        "organs": {organ.region: (f"{organ.name}（{organ.region}）", organ) for organ in matter.all_organs},
        "regions": {
            code: (code, (overlay.limits, overlay.places, overlay.parameters)) for code, overlay in matter.regions.items()
        },
        "sources": _named(edition.sources, "name"),
    }


def _named(parts: Mapping[str, Any], label: str) -> dict[str, Part]:
    return {code: (f"{getattr(part, label)}（{code}）", part) for code, part in parts.items()}


def _changes(old: Mapping[str, Part], new: Mapping[str, Part]) -> Changes:
    return Changes(
        added=tuple(name for code, (name, _) in new.items() if code not in old),
        removed=tuple(name for code, (name, _) in old.items() if code not in new),
        changed=tuple(name for code, (name, part) in new.items() if code in old and part != old[code][1]),
    )


def _lines(impact: Impact) -> Iterator[str]:
    for kind, name in NAMES.items():
        changes = getattr(impact, kind)
        for word, names in (("增加", changes.added), ("删去", changes.removed), ("修改", changes.changed)):
            if names:
                yield f"{name}{word} {len(names)} 项：{'、'.join(names[:NAMED])}{'等' if len(names) > NAMED else ''}"
