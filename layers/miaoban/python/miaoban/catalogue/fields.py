"""Fields: the typed cells that forms and department records are made of, and the JSON Schema they mean."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

from pydantic import Field as Declared

from miaoban.identifiers import Mobile, RegionCode, ResidentId, Uscc
from miaoban.identifiers.base import Identifier
from miaoban.models import Frozen
from miaoban.text import clean

DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


class FieldType(StrEnum):
    """What a field holds; identifiers are checked by `miaoban.identifiers`, money is whole fen (分)."""

    TEXT = "text"
    USCC = "uscc"
    RESIDENT_ID = "resident-id"
    MOBILE = "mobile"
    REGION = "region"
    DATE = "date"
    NUMBER = "number"
    INTEGER = "integer"
    MONEY = "money"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    CHOICES = "choices"
    DIGEST = "digest"
    PROMISE = "promise"
    TABLE = "table"


PERSONAL = frozenset({FieldType.RESIDENT_ID, FieldType.MOBILE})

Normalised = tuple[Identifier | str, tuple[str, ...]]
"""A text in normal form, and the sentences that say what was done to get there."""

_NORMALISE: Final[Mapping[FieldType, Callable[[str], Normalised]]] = {
    FieldType.USCC: Uscc.normalise,
    FieldType.RESIDENT_ID: ResidentId.normalise,
    FieldType.MOBILE: Mobile.normalise,
    FieldType.REGION: RegionCode.normalise,
}


class Field(Frozen):
    """One field. `prefill` is the path of the held value; `when` is an expression on the situation.

    `sensitive` marks sensitive personal information (个人信息保护法 art. 28); it is left out of the text, and so of the digest,
    of fields that hold none.
    """

    label: str
    type: FieldType
    required: bool = False
    prefill: str | None = None
    when: str | None = None
    max_length: int = Declared(default=500, ge=1, le=10_000)
    minimum: int | float | None = None
    maximum: int | float | None = None
    options: Mapping[str, str] = Declared(default_factory=dict)
    columns: Mapping[str, "Field"] = Declared(default_factory=dict)
    max_rows: int = Declared(default=20, ge=1, le=500)
    sensitive: bool = Declared(default=False, exclude_if=lambda sensitive: not sensitive)

    @cached_property
    def personal(self) -> bool:
        """Whether the value is a personal number, kept as a pseudonym and a sealed text."""
        return self.type in PERSONAL

    @cached_property
    def guarded(self) -> bool:
        """Whether the value is a personal number, or a table, whose rows may hold one."""
        return self.personal or self.type is FieldType.TABLE

    @cached_property
    def normalise(self) -> Callable[[str], Normalised]:
        """What brings a text of this field into normal form; it raises a FinalError for one that has none."""
        return _NORMALISE.get(self.type, clean)

    @cached_property
    def json_schema(self) -> Mapping[str, Any]:
        """The JSON Schema (2020-12) of the field's value, titled with its label."""
        return {"title": self.label, **_body(self)}


Fields = Mapping[str, Field]


def schema(fields: Fields) -> dict[str, Any]:
    """The JSON Schema (2020-12) of an object with these fields and no others."""
    return {
        "type": "object",
        "properties": {code: field.json_schema for code, field in fields.items()},
        "required": [code for code, field in fields.items() if field.required],
        "additionalProperties": False,
    }


def _body(field: Field) -> dict[str, Any]:
    match field.type:
        case FieldType.NUMBER | FieldType.INTEGER | FieldType.MONEY:
            return _number(field)
        case FieldType.BOOLEAN | FieldType.PROMISE:
            return {"type": "boolean", **({"const": True} if field.type is FieldType.PROMISE else {})}
        case FieldType.CHOICE | FieldType.CHOICES:
            return _choice(field)
        case FieldType.TABLE:
            return _table(field)
    return _string(field)


def _number(field: Field) -> dict[str, Any]:
    bounds = {"minimum": field.minimum, "maximum": field.maximum}
    given = {keyword: bound for keyword, bound in bounds.items() if bound is not None}
    if field.type is FieldType.MONEY:
        return {"type": "integer", "minimum": 0, **given}
    return {"type": field.type.value, **given}


def _choice(field: Field) -> dict[str, Any]:
    options = {"type": "string", "enum": list(field.options)}
    if field.type is FieldType.CHOICE:
        return options
    return {"type": "array", "items": options, "minItems": 1, "uniqueItems": True}


def _table(field: Field) -> dict[str, Any]:
    return {"type": "array", "items": schema(field.columns), "minItems": 1, "maxItems": field.max_rows}


def _string(field: Field) -> dict[str, Any]:
    match field.type:
        case FieldType.DATE:
            return {"type": "string", "format": "date", "pattern": DATE}
        case FieldType.DIGEST:
            return {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}
        case FieldType.TEXT:
            return {"type": "string", "minLength": 1, "maxLength": field.max_length}
        case _:
            return {"type": "string", "format": field.type.value}
