"""Who calls: roles and attributes, read from verified claims (统一身份认证, 国务院令第716号 art. 5)."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from miaoban.access.errors import TokenClaimsError
from miaoban.identifiers import RegionCode, ResidentId, Uscc
from miaoban.models import Frozen


class Role(StrEnum):
    """The seven kinds of caller."""

    APPLICANT = "applicant"
    WINDOW = "window"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    DEPARTMENT = "department"
    STEWARD = "steward"
    INTERMEDIARY = "intermediary"


NEEDS: Final[Mapping[Role, tuple[str, ...]]] = {
    Role.APPLICANT: ("person",),
    Role.WINDOW: ("region",),
    Role.OFFICER: ("department", "region"),
    Role.SUPERVISOR: ("region",),
    Role.DEPARTMENT: ("department",),
    Role.STEWARD: (),
    Role.INTERMEDIARY: ("acts_for",),
}
"""The attributes without which a role means nothing."""

_CLAIMS: Final = {"subject": "sub", "person": "real_name"}


def _ordered(roles: tuple[Role, ...]) -> tuple[Role, ...]:
    return tuple(sorted(set(roles)))


class Person(Frozen):
    """A natural person by document: kind 111 (居民身份证) and number; the number is masked in `repr()`."""

    model_config = ConfigDict(hide_input_in_errors=True)

    kind: Literal["111"] = "111"
    number: ResidentId


class Principal(Frozen):
    """A caller. `repr()` and `str()` hold no personal data; `text()` does, and is never logged.

    `owner_key` is the pseudonym under which tables know the person; the authoriser has no pepper: `known_as` adds it.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    subject: Annotated[str, StringConstraints(min_length=1, max_length=128)]
    roles: Annotated[tuple[Role, ...], Field(min_length=1), AfterValidator(_ordered)]
    name: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = Field(default=None, repr=False)
    person: Person | None = Field(default=None, repr=False)
    acts_for: tuple[Uscc, ...] = Field(default=(), max_length=100)
    department: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,63}$")] | None = None
    region: RegionCode | None = None
    owner_key: str | None = Field(default=None, repr=False)

    @model_validator(mode="after")
    def _has_what_its_roles_need(self) -> Self:
        missing = sorted({name for role in self.roles for name in NEEDS[role] if getattr(self, name) in {None, ()}})
        if missing:
            raise PydanticCustomError("missing", "missing {fields}", {"fields": missing})
        return self

    @classmethod
    def from_claims(cls, claims: Mapping[str, object]) -> Self:
        """Read a principal from verified claims; claims that are not ours are left alone.

        `sub`, `roles`, `name`, `real_name` ({kind, number}), `acts_for`, `department`, `region`.
        Raises `TokenClaimsError` naming the claims that are wrong, without their values.
        """
        fields = {field: _CLAIMS.get(field, field) for field in cls.model_fields if field != "owner_key"}
        given = {field: claims[claim] for field, claim in fields.items() if claims.get(claim) is not None}
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            wrong = "、".join(sorted({_CLAIMS.get(field, field) for field in _wrong(error)}))
            raise TokenClaimsError(f"令牌缺少所需的身份信息或格式不符（{wrong}），请重新登录。") from None

    def known_as(self, owner_key: str) -> Self:
        """Return the principal with the pseudonym under which tables know the person."""
        return self.model_copy(update={"owner_key": owner_key})

    def has(self, role: Role) -> bool:
        """Whether the principal has this role."""
        return role in self.roles


def _wrong(error: ValidationError) -> Iterator[str]:
    for item in error.errors(include_input=False):
        yield from (str(item["loc"][0]),) if item["loc"] else item["ctx"]["fields"]
