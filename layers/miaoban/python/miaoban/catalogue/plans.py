"""What a situation comes to: its form with prefill, what is verified at which source, and which materials are spared."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import Field as Declared

from miaoban.catalogue.answers import Answers
from miaoban.catalogue.codes import duration, leads
from miaoban.catalogue.condition import Condition, Effect
from miaoban.catalogue.expressions import holds
from miaoban.catalogue.fields import Field, FieldType, schema
from miaoban.catalogue.matter import Material, Matter
from miaoban.catalogue.origins import Origin, origin_of
from miaoban.catalogue.publication import Edition
from miaoban.catalogue.situations import Situation, select
from miaoban.catalogue.verifying import ConditionPlan, condition_plan, rests_on
from miaoban.models import Frozen


class FieldPlan(Frozen):
    """A field of the form, and what it is prefilled from."""

    code: str
    label: str
    type: FieldType
    required: bool
    prefill: Origin | None = None


class FormPlan(Frozen):
    """The form of a situation: its JSON Schema (2020-12), and the prefill of every field."""

    json_schema: Mapping[str, Any]
    fields: tuple[FieldPlan, ...]


class Way(StrEnum):
    """How a material is met: by a source, by fields of the form, by handing it in, or by handing it in later (容缺)."""

    SPARED = "spared"
    CARRIED = "carried"
    HANDED = "handed"
    LATER = "later"


class MaterialPlan(Frozen):
    """A material of the situation and how it is met: the record that spares it, or the fields that carry it."""

    code: str
    name: str
    class_: str = Declared(alias="class")
    necessity: str
    way: Way
    origin: Origin | None = None
    fields: tuple[str, ...] = ()
    later: str | None = None


class Plan(Frozen):
    """Everything that one situation asks, verifies and spares; `barred` says why its answers alone lead elsewhere."""

    answers: Mapping[str, str]
    barred: str | None = None
    form: FormPlan
    verification: tuple[ConditionPlan, ...]
    materials: tuple[MaterialPlan, ...]

    def met(self, *ways: Way) -> tuple[MaterialPlan, ...]:
        """The materials that are met in one of these ways."""
        return tuple(material for material in self.materials if material.way in ways)


@dataclass(frozen=True, eq=False)
class Parts:
    """The parts of a matter, planned once: which of them stand is what a situation says."""

    fields: Mapping[str, FieldPlan]
    verification: Mapping[str, ConditionPlan]
    materials: Mapping[str, MaterialPlan]


def parts_of(edition: Edition) -> Parts:
    """Plan the parts of a matter, whatever the situation."""
    matter = edition.matter
    return Parts(
        fields={code: _field(edition, code, field) for code, field in matter.fields.items()},
        verification={condition.id: condition_plan(edition, condition) for condition in matter.conditions},
        materials={code: material_plan(edition, code, material) for code, material in matter.materials.items()},
    )


def plan_of(edition: Edition, answers: Answers, parts: Parts | None = None) -> Plan:
    """The plan of one situation; raises SituationError."""
    situation, known = select(edition.matter, answers), parts or parts_of(edition)
    return Plan(
        answers=situation.answers,
        barred=_barred(edition.matter, situation),
        form=FormPlan(
            json_schema=schema(situation.fields),
            fields=tuple(known.fields[code] for code in situation.fields),
        ),
        verification=tuple(_verified(known.verification[condition.id], condition) for condition in situation.conditions),
        materials=tuple(known.materials[code] for code in situation.materials),
    )


def _verified(plan: ConditionPlan, condition: Condition) -> ConditionPlan:
    """A condition's plan with the bases of the situation."""
    situated = any(basis.when is not None for basis in plan.basis)
    return plan.model_copy(update={"basis": condition.basis}) if situated else plan


def _barred(matter: Matter, situation: Situation) -> str | None:
    """What is said when a condition that rests on the answers alone already redirects or refuses."""
    roots = {"situation": situation.answers}
    for condition in situation.conditions:
        told = condition.holds is not None and all(path.startswith("situation.") for path in rests_on(matter, condition))
        final = condition.otherwise in {Effect.REDIRECT, Effect.REFUSE}
        if told and final and not holds(str(condition.holds), roots):
            return f"{condition.says}请办理{leads(condition)}。" if leads(condition) else condition.says
    return None


def _field(edition: Edition, code: str, field: Field) -> FieldPlan:
    prefill = origin_of(edition, field.prefill) if field.prefill else None
    return FieldPlan(code=code, label=field.label, type=field.type, required=field.required, prefill=prefill)


def material_plan(edition: Edition, code: str, material: Material) -> MaterialPlan:
    """How a material is met."""
    matter = edition.matter
    origin = origin_of(edition, material.record) if material.record else None
    return MaterialPlan(
        code=code,
        name=material.name,
        class_=material.class_,
        necessity=material.necessity,
        way=_way(matter, material, origin),
        origin=origin,
        fields=tuple(matter.fields[field].label for field in material.fields),
        later=duration(material.later) if material.later else None,
    )


def _way(matter: Matter, material: Material, origin: Origin | None) -> Way:
    """A record spares; fields carry, unless one of them is the digest of a file, which is then handed in."""
    if origin is not None:
        return Way.SPARED
    types = {matter.fields[field].type for field in material.fields}
    if types and FieldType.DIGEST not in types:
        return Way.CARRIED
    return Way.LATER if material.necessity == "3" else Way.HANDED
