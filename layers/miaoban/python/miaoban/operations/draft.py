"""Draft: what a situation asks for, what need not be handed in, and the form filled with what is already held."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import Field as Declared

from miaoban.case.events import Party
from miaoban.catalogue.condition import Grade
from miaoban.catalogue.fields import Field, Fields
from miaoban.catalogue.form import Form
from miaoban.decision.plan import demands
from miaoban.decision.provenance import Backing, backings
from miaoban.evidence.privacy import protect, shown
from miaoban.evidence.proof import APPLICANT
from miaoban.models import Frozen
from miaoban.operations.dossier import Viewer
from miaoban.operations.draft_materials import OWN_SOURCES, DraftMaterial, draft_material, filed_earlier, uploaded
from miaoban.operations.editions import current, is_current, refresh
from miaoban.operations.filings import DRAFT, Filing
from miaoban.operations.prefilling import ask_ahead
from miaoban.operations.ruling import Ruling, read, rule
from miaoban.operations.services import Services
from miaoban.operations.submit import organ_of, vouched
from miaoban.operations.vouching import Proofs, shown_with


class DraftRequest(Frozen):
    """What is known so far: the matter, the receiving region, answers, the fields typed already, and earlier proofs."""

    matter: str = Declared(max_length=80)
    region: str = Declared(max_length=12)
    situation: Mapping[str, str] = Declared(default_factory=dict)
    form: Mapping[str, Any] = Declared(default_factory=dict)
    proofs: Proofs = Declared(default_factory=dict)


class DraftField(Frozen):
    """One field of the form: what it is, its value if one is held or typed, where that comes from, and how sure it is.

    `digest` is the record's, `issued_at` the source's time and `fetched_at` ours. `seal` proves all this when the value is
    sent back unchanged, until `sealed_until`. `demanded` is the least grade that a condition asks for.
    """

    code: str
    label: str
    type: str
    required: bool
    value: Any = None
    grade: Grade | None = None
    demanded: Grade | None = None
    source: str | None = None
    source_name: str | None = None
    digest: str | None = None
    issued_at: datetime | None = None
    fetched_at: datetime | None = None
    seal: str | None = None
    sealed_until: datetime | None = None


class Draft(Frozen):
    """The answer to a draft request. `asking` are sources that are being asked: a draft made a moment later knows more."""

    matter: str
    version: int
    situation: Mapping[str, str]
    materials: tuple[DraftMaterial, ...]
    fields: tuple[DraftField, ...]
    form_schema: Mapping[str, Any]
    repairs: tuple[str, ...]
    asking: tuple[str, ...] = ()


def draft(services: Services, request: DraftRequest, party: Party, viewer: Viewer | None = None) -> Draft:
    """Fill a form from what is held; writes nothing but that sources are to be asked.

    Raises MatterNotFoundError, SituationError, FormError (for what was typed), ApplicationError.
    """
    published = current(services, request.matter)
    situation, form = published.situation(request.situation)
    organ = organ_of(published.matter, request.region)
    checked = Form(_optional(situation.fields)).check(request.form, "/form")
    values = protect(situation.fields, checked.values, services.vault)
    values |= filed_earlier(
        services, published.matter, situation, values, viewer or Viewer(owner=party.owner, person=party.owner)
    )
    filing = vouched(services, Filing(DRAFT, published, situation, organ, party, values), request.proofs)
    found = read(services, filing)
    if not is_current(published, found.items):
        refresh(services, request.matter)
        return draft(services, request, party, viewer)
    ruling = rule(found, services.now())
    return Draft(
        matter=published.matter.code,
        version=published.version,
        situation=situation.answers,
        materials=tuple(draft_material(code, part, ruling) for code, part in situation.materials.items()),
        fields=_fields(services, ruling),
        form_schema=form.schema,
        repairs=checked.repairs,
        asking=ask_ahead(services, ruling),
    )


def _source_name(source: str | None, ruling: Ruling) -> str | None:
    known = ruling.filing.published.edition.sources.get(source or "")
    return known.name if known else OWN_SOURCES.get(source or "")


def _optional(fields: Fields) -> dict[str, Field]:
    return {code: field.model_copy(update={"required": False}) for code, field in fields.items()}


def _fields(services: Services, ruling: Ruling) -> tuple[DraftField, ...]:
    fields = ruling.filing.situation.fields
    values, backed = shown(fields, ruling.form), backings(fields, ruling.facts)
    demanded = demands(ruling.filing.situation)
    return tuple(
        DraftField(
            code=code,
            label=field.label,
            type=field.type.value,
            required=field.required,
            demanded=demanded.get(code),
            **(_held(services, ruling, code, values[code], backed[code]) if values.get(code) is not None else {}),
        )
        for code, field in fields.items()
    )


def _held(services: Services, ruling: Ruling, code: str, value: Any, backing: Backing) -> dict[str, Any]:
    """A value with what is known of it."""
    found = shown_with(services, ruling, code, backing)
    if found is None:
        own = {"value": value, "grade": backing.grade, "source": APPLICANT, "source_name": OWN_SOURCES[APPLICANT]}
        return own | uploaded(ruling, code)
    vouched = found.vouched
    return {
        "value": value,
        "grade": vouched.grade,
        "source": vouched.source,
        "source_name": _source_name(vouched.source, ruling),
        "digest": vouched.digest,
        "issued_at": vouched.issued_at,
        "fetched_at": vouched.fetched_at,
        "seal": found.seal,
        "sealed_until": vouched.until,
    }
