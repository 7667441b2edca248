"""Draft: what a situation asks for, what need not be handed in, and the form filled with what is already held."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field as Declared

from miaoban.case.events import Party
from miaoban.catalogue.fields import Field, Fields
from miaoban.catalogue.form import Form
from miaoban.catalogue.matter import Material
from miaoban.decision.provenance import IDENTITY, grades, source_of
from miaoban.evidence.privacy import protect, shown
from miaoban.evidence.record import State
from miaoban.models import Frozen
from miaoban.operations.editions import current, is_current, refresh
from miaoban.operations.filings import Filing
from miaoban.operations.ruling import Ruling, read, rule
from miaoban.operations.services import Services
from miaoban.operations.submit import organ_of

OWN_SOURCES = {IDENTITY: "实名身份", "applicant": "申请人填报"}
"""The names of what is no department's source."""


class DraftRequest(Frozen):
    """What is known so far: the matter, the receiving region, answers, and the fields typed already."""

    matter: str = Declared(max_length=80)
    region: str = Declared(max_length=12)
    situation: Mapping[str, str] = Declared(default_factory=dict)
    form: Mapping[str, Any] = Declared(default_factory=dict)


class DraftField(Frozen):
    """One field of the form: what it is, its value if one is held or typed, and where that comes from."""

    code: str
    label: str
    type: str
    required: bool
    value: Any = None
    grade: str | None = None
    source: str | None = None
    source_name: str | None = None


class DraftMaterial(Frozen):
    """One material: whether it must be handed in, or is spared because a source holds it."""

    code: str
    name: str
    class_: str = Declared(alias="class")
    necessity: str
    exempt: bool
    source: str | None = None
    source_name: str | None = None


class Draft(Frozen):
    """The answer to a draft request."""

    matter: str
    version: int
    situation: Mapping[str, str]
    materials: tuple[DraftMaterial, ...]
    fields: tuple[DraftField, ...]
    form_schema: Mapping[str, Any]
    repairs: tuple[str, ...]


def draft(services: Services, request: DraftRequest, party: Party) -> Draft:
    """Fill a form from what is held; writes nothing.

    Raises MatterNotFoundError, SituationError, FormError (for what was typed), ApplicationError.
    """
    published = current(services, request.matter)
    situation, form = published.situation(request.situation)
    organ = organ_of(published.matter, request.region)
    checked = Form(_optional(situation.fields)).check(request.form, "/form")
    values = protect(situation.fields, checked.values, services.vault)
    found = read(services, Filing("draft", published, situation, organ, party, values))
    if not is_current(published, found.items):
        refresh(services, request.matter)
        return draft(services, request, party)
    ruling = rule(found, services.now())
    return Draft(
        matter=published.matter.code,
        version=published.version,
        situation=situation.answers,
        materials=tuple(_material(code, part, ruling) for code, part in situation.materials.items()),
        fields=_fields(ruling),
        form_schema=form.schema,
        repairs=checked.repairs,
    )


def _source_name(source: str | None, ruling: Ruling) -> str | None:
    known = ruling.filing.published.edition.sources.get(source or "")
    return known.name if known else OWN_SOURCES.get(source or "")


def _optional(fields: Fields) -> dict[str, Field]:
    return {code: field.model_copy(update={"required": False}) for code, field in fields.items()}


def _fields(ruling: Ruling) -> tuple[DraftField, ...]:
    fields = ruling.filing.situation.fields
    values, graded = shown(fields, ruling.form), grades(fields, ruling.facts)
    return tuple(_field(code, field, values.get(code), graded.get(code), ruling) for code, field in fields.items())


def _field(code: str, field: Field, value: Any, grade: str | None, ruling: Ruling) -> DraftField:
    held = None if value is None else grade
    source = source_of(field.prefill, ruling.facts) if field.prefill and held == "A" else None
    source = source or ("applicant" if held else None)
    return DraftField(
        code=code,
        label=field.label,
        type=field.type.value,
        required=field.required,
        value=value,
        grade=held,
        source=source,
        source_name=_source_name(source, ruling),
    )


def _material(code: str, material: Material, ruling: Ruling) -> DraftMaterial:
    evidence = ruling.facts.evidence.get(material.record or "")
    identity = material.record == "applicant"
    return DraftMaterial(
        code=code,
        name=material.name,
        class_=material.class_,
        necessity=material.necessity,
        exempt=identity or (evidence is not None and evidence.state is State.HELD),
        source=evidence.source if evidence else (IDENTITY if identity else None),
        source_name=evidence.source_name if evidence else (OWN_SOURCES[IDENTITY] if identity else None),
    )
