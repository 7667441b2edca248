"""The form of a grain purchase filing and the answer to it, as pydantic models."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from benchmarks.peer import uscc, vault

County = Annotated[str, Field(pattern=r"^[1-9]\d{5}$")]
Uscc = Annotated[str, AfterValidator(uscc.validated)]
ResidentNumber = Annotated[str, Field(pattern=r"^\d{17}[\dX]$"), AfterValidator(vault.validated)]
Mobile = Annotated[str, Field(pattern=r"^1[3-9]\d{9}$")]
Text = Annotated[str, Field(min_length=1, max_length=200)]
Quantity = Annotated[float, Field(gt=0, le=10_000_000)]


class Ownership(StrEnum):
    """Whether a warehouse is the enterprise's own or leased."""

    OWN = "own"
    LEASE = "lease"


class WarehouseKind(StrEnum):
    """Kinds of warehouse, each with a way of its own to compute the capacity."""

    FLAT_BULK = "flat_bulk"
    FLAT_PACKED = "flat_packed"
    SILO = "silo"
    OTHER = "other"


class Grain(StrEnum):
    """Kinds of grain; soy and oilseeds need no filing (粮食流通管理条例 article 55)."""

    WHEAT = "wheat"
    RICE = "rice"
    MAIZE = "maize"
    COARSE = "coarse"
    MILLED = "milled"
    SOY = "soy"
    OILSEED = "oilseed"


class Form(BaseModel):
    """Base of the form's models: frozen, and unknown members are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Agent(Form):
    """Who files: a name, a resident's number and the platform account that the token must carry."""

    name: Text
    number: ResidentNumber
    account: Annotated[str, Field(pattern=r"^[a-z0-9-]{8,64}$")]


class Warehouse(Form):
    """One warehouse: base area in square metres, grain height in metres, stated capacity in tonnes."""

    code: Annotated[str, Field(min_length=1, max_length=32)]
    county: County
    ownership: Ownership
    kind: WarehouseKind
    area_m2: Quantity
    grain_height_m: Annotated[float, Field(gt=0, le=60)]
    capacity_t: Quantity
    lease_until: date | None = None

    @model_validator(mode="after")
    def lease_has_an_end(self) -> Self:
        """Require the lease's last day exactly for a leased warehouse."""
        if (self.ownership is Ownership.LEASE) != (self.lease_until is not None):
            raise ValueError("租赁仓房须填写租期截止日，自有仓房不填")
        return self


class Site(Form):
    """One place where grain is bought."""

    name: Text
    address: Text
    manager: Text | None = None
    phone: Mobile | None = None


class GrainFiling(Form):
    """An application to file as a grain purchaser in one county."""

    uscc: Uscc
    enterprise_name: Text
    legal_representative: Text
    agent: Agent
    county: County
    sites: Annotated[tuple[Site, ...], Field(min_length=1, max_length=50)]
    warehouses: Annotated[tuple[Warehouse, ...], Field(min_length=1, max_length=100)]
    grains: Annotated[tuple[Grain, ...], Field(min_length=1, max_length=7)]
    contact_phone: Mobile
    contact_address: Text
    planned_tonnes: Quantity
    cross_province: bool
    promise: Literal[True]


class Outcome(StrEnum):
    """What became of an application."""

    APPROVED = "approved"
    REFUSED = "refused"
    REDIRECTED = "redirected"
    CORRECTION = "correction"
    REVIEW = "review"


class Reason(BaseModel):
    """One condition that did not hold, with its basis and the sentence for the applicant."""

    condition: str
    law: str
    article: str
    effect: str
    says: str


class Answer(BaseModel):
    """The answer to an application."""

    case_id: str
    outcome: Outcome
    reasons: list[Reason]
    licence_number: str | None
    receipt_sha256: str
