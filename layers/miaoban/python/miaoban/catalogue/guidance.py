"""Making the guide page (办事指南) of a matter in a region: everything in words."""

from collections.abc import Iterable, Iterator

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
from miaoban.catalogue.compiled import Compiled, compile_edition, counted
from miaoban.catalogue.guide_limits import items_told, limits_on, limits_told
from miaoban.catalogue.guide_page import GuideElsewhere, GuideMaterial, GuidePage, GuideRule, GuideSituation
from miaoban.catalogue.layout import LicenceLayout
from miaoban.catalogue.matter import Conclusion, Matter
from miaoban.catalogue.plans import MaterialPlan, Plan, Way
from miaoban.catalogue.publication import Edition
from miaoban.catalogue.regions import Limits
from miaoban.identifiers import RegionCode

ITEM = "01"
"""The handling item of a matter whose folder is one item (业务办理项)."""


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
        conclusions=tuple(map(_conclusion, matter.reviewer.conclusions.values())),
        retention=_retention(matter.result),
        limits=limits_told(matter, here, situations),
        items=items_told(matter),
        quota=matter.quota.label if matter.quota else None,
        rules=_rules(matter, here),
        visits=matter.guide.visits,
        channels=words(CHANNELS, matter.guide.channels),
        fees=matter.guide.fees,
        steps=matter.guide.steps,
        places=matter.places_in(here),
        situations=tuple(_situations(matter, compiled.plans, situations)),
        elsewhere=tuple(_elsewhere(matter)),
        materials=tuple(_material(material, compiled) for material in compiled.materials),
        burden=counted(compiled.materials),
    )


def _conclusion(conclusion: Conclusion) -> str:
    return f"{conclusion.label}（{'准予' if conclusion.approves else '不予'}）"


def _rules(matter: Matter, region: str) -> tuple[GuideRule, ...]:
    return tuple(
        GuideRule(label=told.label, value=value, source=told.source if value == told.value else "本地规定")
        for code, value in matter.parameters_in(region).items()
        for told in (matter.parameters[code],)
    )


def _retention(result: LicenceLayout) -> str:
    """When what a case leaves is erased, in words."""
    rule = result.erase_after
    if rule is None:
        return "按照档案管理规定保存"
    ended, others = ("有效期届满", "，没有发证的自办结起算") if result.valid_until else ("办结", "")
    when = f"{ended} {rule.days} 日后" if rule.days else f"{ended}的次日"
    return f"{when}自动删除{others}（{article(rule.basis)}；{rule.source}）"


def _situations(matter: Matter, plans: Iterable[Plan], limits: Iterable[Limits]) -> Iterator[GuideSituation]:
    for number, (plan, limit) in enumerate(zip(plans, limits, strict=True), 1):
        found = counted(plan.materials)
        told = {"name": named(matter, plan.answers), "limit": duration(limit.promised), "barred": plan.barred}
        yield GuideSituation(number=number, before=found.before, after=found.after, **told)


def _elsewhere(matter: Matter) -> Iterator[GuideElsewhere]:
    for condition in matter.conditions:
        redirect = condition.redirect
        if redirect and redirect.matter and redirect.name:
            yield GuideElsewhere(when=condition.says, matter=redirect.matter, name=redirect.name)


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
