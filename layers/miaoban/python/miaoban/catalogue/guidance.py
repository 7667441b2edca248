"""The guide page (办事指南) of a matter in a region, in words: who, basis, situations, materials, limits, fees, places."""

from miaoban.calendar import Limit
from miaoban.catalogue.answers import named
from miaoban.catalogue.codes import (
    AUDIENCES,
    CASE_TYPES,
    CHANNELS,
    CLASSES,
    NECESSITIES,
    TYPES,
    article,
    duration,
    word,
    words,
)
from miaoban.catalogue.compiled import Burden, Compiled, compile_edition, counted
from miaoban.catalogue.guide import Fee, Step
from miaoban.catalogue.guide_limits import GuideItem, GuideLimits, items_told, limits_on, limits_told
from miaoban.catalogue.matter import Matter
from miaoban.catalogue.plans import MaterialPlan, Plan, Way
from miaoban.catalogue.publication import Edition
from miaoban.catalogue.regions import Organ, Place, Setting
from miaoban.identifiers import RegionCode
from miaoban.models import Frozen

ITEM = "01"
"""The handling item of a matter whose folder is one item (业务办理项)."""


class GuideMaterial(Frozen):
    """A material with its class, necessity, source or exemption, and the numbers of the situations that ask for it."""

    code: str
    name: str
    class_name: str
    necessity: str
    how: str
    situations: tuple[int, ...]


class GuideSituation(Frozen):
    """A situation, the time promised in it, how many materials it asks before and after, and perhaps why it leads elsewhere."""

    number: int
    name: str
    limit: str
    before: int
    after: int
    barred: str | None = None


class GuideRule(Frozen):
    """A parameter as it stands in the region, and what that rests on: the region's own word, or the default's source."""

    label: str
    value: Setting
    source: str


class GuidePage(Frozen):
    """The guide; `implementation_code` (31) and `item_code` (33) where an organ receives, else a `note` whom to ask."""

    matter: str
    name: str
    region: str
    basic_code: str
    implementation_code: str | None = None
    item_code: str | None = None
    type_name: str
    case_type: str
    audience: str
    basis: tuple[str, ...]
    organ: Organ | None = None
    note: str | None = None
    result: str
    limits: GuideLimits
    items: tuple[GuideItem, ...] = ()
    quota: str | None = None
    rules: tuple[GuideRule, ...] = ()
    visits: int
    channels: str
    fees: tuple[Fee, ...]
    steps: tuple[Step, ...]
    places: tuple[Place, ...]
    situations: tuple[GuideSituation, ...]
    materials: tuple[GuideMaterial, ...]
    burden: Burden


def guide_of(edition: Edition, region: str) -> GuidePage:
    """The guide of a matter in a region; raises IdentifierError for what is no region, CatalogueError."""
    here = str(RegionCode(region))
    matter = edition.matter
    organ = matter.organ(here)
    code = str(matter.implementation_code(organ)) if organ else None
    compiled = compile_edition(edition)
    situations = [limits_on(matter, here, plan.answers) for plan in compiled.plans]
    return GuidePage(
        matter=matter.code,
        name=matter.name,
        region=here,
        basic_code=matter.basic_code,
        implementation_code=code,
        item_code=code and code + ITEM,
        type_name=word(TYPES, matter.type),
        case_type=word(CASE_TYPES, matter.case_type),
        audience=words(AUDIENCES, matter.audience),
        basis=tuple(map(article, matter.basis)),
        organ=organ,
        note=None if organ else f"该区划没有登记受理机关，请联系{matter.coordinator}",
        result=matter.result.name,
        limits=limits_told(matter, here, situations),
        items=items_told(matter),
        quota=matter.quota.label if matter.quota else None,
        rules=_rules(matter, here),
        visits=matter.guide.visits,
        channels=words(CHANNELS, matter.guide.channels),
        fees=matter.guide.fees,
        steps=matter.guide.steps,
        places=matter.places_in(here),
        situations=tuple(
            _situation(matter, number, plan, limits.promised)
            for number, (plan, limits) in enumerate(zip(compiled.plans, situations, strict=True), 1)
        ),
        materials=tuple(_material(material, compiled) for material in compiled.materials),
        burden=counted(compiled.materials),
    )


def _rules(matter: Matter, region: str) -> tuple[GuideRule, ...]:
    return tuple(
        GuideRule(label=told.label, value=value, source=told.source if value == told.value else "本地规定")
        for code, value in matter.parameters_in(region).items()
        for told in (matter.parameters[code],)
    )


def _situation(matter: Matter, number: int, plan: Plan, promised: Limit) -> GuideSituation:
    found = counted(plan.materials)
    told = {"name": named(matter, plan.answers), "limit": duration(promised), "barred": plan.barred}
    return GuideSituation(number=number, before=found.before, after=found.after, **told)


def _material(material: MaterialPlan, compiled: Compiled) -> GuideMaterial:
    plans = enumerate(compiled.plans, 1)
    return GuideMaterial(
        code=material.code,
        name=material.name,
        class_name=word(CLASSES, material.class_),
        necessity=word(NECESSITIES, material.necessity),
        how=how(material),
        situations=tuple(number for number, plan in plans if any(part.code == material.code for part in plan.materials)),
    )


def how(material: MaterialPlan) -> str:
    """How a material is met, in words."""
    match material.way:
        case Way.SPARED:
            return f"免于提交：{material.origin.name if material.origin else ''}核验"
        case Way.CARRIED:
            return f"在线填写：{'、'.join(material.fields)}"
        case Way.LATER:
            return f"可以容缺：受理后 {material.later or '约定期限'}内补交"
        case Way.HANDED:
            return "提交"
