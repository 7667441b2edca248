"""A matter (事项) as published: everything a decision of it needs, in one immutable model."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator
from pydantic import Field as Declared

from miaoban.catalogue.condition import Basis, Condition
from miaoban.catalogue.fields import Field
from miaoban.catalogue.guide import Guide
from miaoban.catalogue.items import Item
from miaoban.catalogue.layout import LicenceLayout
from miaoban.catalogue.quota import Quota
from miaoban.catalogue.regions import Limits, Organ, Overlay, Parameter, Place, Setting, TimeLimit, nearest, overlays_of
from miaoban.catalogue.tables import Name, Table
from miaoban.identifiers import MatterCode, RegionCode
from miaoban.models import Frozen

BasicCode = Annotated[str, Declared(min_length=12, max_length=12), AfterValidator(lambda code: str(MatterCode(code)))]


class Result(StrEnum):
    """What an approved case does to the holder's licence; to renew is to supersede the one in force, or else to issue one."""

    ISSUE = "issue"
    RENEW = "renew"
    SUPERSEDE = "supersede"
    CANCEL = "cancel"


class Answer(Frozen):
    """One answer to a question of the situation."""

    label: str
    effect: Result | None = None


class Question(Frozen):
    """A question that tells situations (情形) apart; asked only when `when` holds on the answers so far."""

    label: str
    answers: Mapping[str, Answer]
    when: str | None = None


class RecordUse(Frozen):
    """A record of a source that the matter compares with, found by the values at the paths in `key`.

    It is read only in situations in which `when` holds: what a situation has no use for is not looked at. `consent` names the
    promise in the form without which it is not read either; `basis` is the law by which it is read without one.
    """

    source: str
    kind: str
    key: tuple[str, ...]
    when: str | None = None
    consent: str | None = None
    basis: Basis | None = None

    def may_be_read(self, form: Mapping[str, Any]) -> bool:
        """Whether nothing needs a consent, or the form gives it."""
        return self.consent is None or bool(form.get(self.consent))


class Material(Frozen):
    """A material (材料): whose it is, whether it is needed, and the record that spares it or the fields that carry it.

    `standard` is its code in `standards/materials.yaml`; `later` is the time to hand it in after acceptance (容缺后补).
    """

    name: str
    standard: str | None = None
    class_: Literal["government", "own", "third-party"] = Declared(alias="class")
    necessity: Literal["1", "2", "3"]
    when: str | None = None
    record: str | None = None
    fields: tuple[str, ...] = ()
    later: TimeLimit | None = None


class Conclusion(Frozen):
    """A conclusion (结论) that a review may come to: its name for people, and whether it approves."""

    label: str
    approves: bool


class Reviewer(Frozen):
    """The named role that takes what a machine must not decide.

    Where there are `conclusions`, by code, its review comes to one of them; else it approves or refuses. They are left out of
    the text, and so of the digest, of a matter that has none.
    """

    role: str
    name: str
    department: str
    conclusions: Mapping[str, Conclusion] = Declared(default_factory=dict, exclude_if=lambda conclusions: not conclusions)


class Holder(Frozen):
    """The paths of the holder's code and name, and the kind of code (001 USCC, 111 resident number)."""

    code: str
    name: str
    kind: str


class Matter(Frozen):
    """A matter's whole published definition.

    Name, type, basis and `basic_code` (12 characters) are the same at all levels (四级四同); `regions` add organs, places and
    shorter limits, and hold for everything below them. `tables`, `items` and `quota` are left out of the text, and so of the
    digest, of a matter that has none.
    """

    code: str
    basic_code: BasicCode
    name: str
    type: str
    case_type: Literal["instant", "promised", "other"]
    nature: Literal["filing", "licence", "other"]
    audience: tuple[str, ...]
    level: str
    basis: tuple[Basis, ...]
    limits: Limits
    holder: Holder
    unique: tuple[str, ...]
    reviewer: Reviewer
    organs: tuple[Organ, ...] = ()
    coordinator: str
    result: LicenceLayout
    guide: Guide = Guide()
    parameters: Mapping[str, Parameter] = Declared(default_factory=dict)
    regions: Mapping[str, Overlay] = Declared(default_factory=dict)
    fields: Mapping[str, Field]
    questions: Mapping[str, Question]
    records: Mapping[str, RecordUse]
    materials: Mapping[str, Material]
    conditions: tuple[Condition, ...]
    tables: Mapping[Name, Table] = Declared(default_factory=dict, exclude_if=lambda tables: not tables)
    items: Mapping[str, Item] = Declared(default_factory=dict, exclude_if=lambda items: not items)
    quota: Quota | None = Declared(default=None, exclude_if=lambda quota: quota is None)

    @property
    def all_organs(self) -> tuple[Organ, ...]:
        """Every organ that receives the matter: the matter's own, then those of its regions."""
        return self.organs + tuple(organ for overlay in self.regions.values() for organ in overlay.organs)

    def organ(self, region: str) -> Organ | None:
        """The organ of a region, or else that of the nearest region above it that has one."""
        return nearest(self.all_organs, region)

    def limits_in(self, region: str) -> Limits:
        """The time limits in a region: those of the matter, shortened by its regions from the province down."""
        shorter = [overlay.limits.given() for overlay in overlays_of(self.regions, region)]
        return self.limits.model_copy(update={name: limit for limits in shorter for name, limit in limits.items()})

    def parameters_in(self, region: str) -> dict[str, Setting]:
        """The value of every parameter in a region: the default, or that of the nearest region that sets it."""
        if not self.parameters:
            return {}
        defaults = {code: parameter.value for code, parameter in self.parameters.items()}
        own = (overlay.parameters.items() for overlay in overlays_of(self.regions, region))
        return defaults | {code: value for settings in own for code, value in settings}

    def places_in(self, region: str) -> tuple[Place, ...]:
        """Where people go in a region: its own places, or those of the nearest region above that has any."""
        places = [overlay.places for overlay in overlays_of(self.regions, region) if overlay.places]
        return places[-1] if places else ()

    def implementation_code(self, organ: Organ) -> MatterCode:
        """The code of the matter at an organ: its credit code, the level of its region, the basic code (31 characters)."""
        return MatterCode(f"{organ.uscc}{RegionCode(organ.region).level.value}{self.basic_code}")
