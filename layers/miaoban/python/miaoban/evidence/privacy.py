"""Personal numbers in stored values: kept as a pseudonym to compare, a mask to show and a sealed text to give back."""

from collections.abc import Callable, Mapping
from typing import Any

from miaoban.catalogue.fields import Field, Fields, FieldType
from miaoban.identifiers import Mobile, ResidentId
from miaoban.models import Frozen
from miaoban.ports import Vault

PSEUDONYM_KINDS = {FieldType.RESIDENT_ID: "111", FieldType.MOBILE: "mobile"}
_MASKED: dict[FieldType, Callable[[str], str]] = {
    FieldType.RESIDENT_ID: ResidentId.mask,
    FieldType.MOBILE: Mobile.mask,
}


class Private(Frozen):
    """A personal number as stored."""

    pseudonym: str
    masked: str
    sealed: str

    def document(self) -> dict[str, str]:
        """The number as it stands in stored values."""
        return {"pseudonym": self.pseudonym, "masked": self.masked, "sealed": self.sealed}


def protect(fields: Fields, values: Mapping[str, Any], vault: Vault) -> dict[str, Any]:
    """Replace every personal number by its `Private` form, also inside tables."""
    return {code: _protected(fields[code], value, vault) if fields[code].guarded else value for code, value in values.items()}


def _protected(field: Field, value: Any, vault: Vault) -> Any:
    if value is None:
        return None
    if field.personal:
        pseudonym = vault.pseudonym(PSEUDONYM_KINDS[field.type], value)
        return {"pseudonym": pseudonym, "masked": _MASKED[field.type](value), "sealed": vault.seal(value)}
    return [protect(field.columns, row, vault) for row in value]


def opened(fields: Fields, values: Mapping[str, Any], vault: Vault) -> dict[str, Any]:
    """The stored values as they were sent: sealed numbers unsealed."""
    return {code: _opened(fields[code], value, vault) for code, value in values.items() if code in fields}


def _opened(field: Field, value: Any, vault: Vault) -> Any:
    if field.personal and isinstance(value, Mapping):
        return vault.unseal(value["sealed"])
    if field.type is FieldType.TABLE and value is not None:
        return [opened(field.columns, row, vault) for row in value]
    return value


def comparable(fields: Fields, values: Mapping[str, Any]) -> dict[str, Any]:
    """The stored values as a decision sees them: personal numbers are their pseudonyms."""
    return _mapped(fields, values, "pseudonym")


def shown(fields: Fields, values: Mapping[str, Any]) -> dict[str, Any]:
    """The stored values as people see them: personal numbers are masked."""
    return _mapped(fields, values, "masked")


def _mapped(fields: Fields, values: Mapping[str, Any], part: str) -> dict[str, Any]:
    return {
        code: _part(field, value, part) if (field := fields[code]).guarded else value
        for code, value in values.items()
        if code in fields
    }


def _part(field: Field, value: Any, part: str) -> Any:
    if isinstance(value, list | tuple):
        return [_mapped(field.columns, row, part) for row in value]
    return value[part] if isinstance(value, dict) else value
