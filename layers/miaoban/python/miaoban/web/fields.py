"""HTTP fields that are dictionaries of byte sequences or of lists of components, as signatures need them.

Source: RFC 9651 (Structured Field Values); the parts of it that RFC 9421 and RFC 9530 use, and nothing else.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

LONGEST: Final = 8192

_LABEL: Final = r"[a-z*][a-z0-9_\-.*]*"
_STRING: Final = r'"(?:[ !#-\[\]-~]|\\["\\])*"'
_PARAMETERS: Final = rf"(?:;[ ]*{_LABEL}(?:=(?:{_STRING}|-?\d{{1,15}}|\?[01]|:[A-Za-z0-9+/=]*:))?)*"
_ITEM: Final = rf"{_STRING}{_PARAMETERS}"
_ITEMS: Final = rf"[ ]*(?:{_ITEM}(?:[ ]+{_ITEM})*)?[ ]*"
_LIST: Final = rf"\({_ITEMS}\){_PARAMETERS}"
_BYTES: Final = rf":[A-Za-z0-9+/]*=*:{_PARAMETERS}"

_MEMBERS: Final = {
    kind: re.compile(rf"[ \t]*({_LABEL})=({member})[ \t]*(?:,|$)", re.ASCII)
    for kind, member in (("list", _LIST), ("bytes", _BYTES))
}
_PARTS: Final = re.compile(rf"\(({_ITEMS})\)({_PARAMETERS})", re.ASCII)
_COMPONENT: Final = re.compile(rf"({_STRING})({_PARAMETERS})", re.ASCII)
_PARAMETER: Final = re.compile(rf";[ ]*({_LABEL})(?:=({_STRING}|[^;\s]+))?", re.ASCII)


class FieldError(ValueError):
    """Raised when a field is not of the form that it must have."""


class Component(NamedTuple):
    """A covered component: a field's name or a derived one (@status), of the request that is answered if `req`."""

    name: str
    req: bool = False

    def __str__(self) -> str:
        return f'"{self.name}";req' if self.req else f'"{self.name}"'


class Covered(NamedTuple):
    """A signature's input: its components in order, its parameters, and the text of both as it is signed."""

    components: tuple[Component, ...]
    parameters: Mapping[str, str]
    text: str


def byte_sequences(field: str) -> Mapping[str, bytes]:
    """Read a dictionary of byte sequences (Signature, Content-Digest); raises FieldError."""
    return {label: _decoded(text) for label, text in _members(field, "bytes").items()}


def inputs(field: str) -> Mapping[str, Covered]:
    """Read a dictionary of component lists (Signature-Input); raises FieldError, also for parameters but `req`."""
    return {label: _covered(text) for label, text in _members(field, "list").items()}


def encoded(content: bytes) -> str:
    """A byte sequence as it stands in a field."""
    return f":{base64.b64encode(content).decode()}:"


def _members(field: str, kind: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    place = 0
    while place < len(field):
        member = _MEMBERS[kind].match(field, place) if len(field) <= LONGEST else None
        if member is None or member[1] in found:
            raise FieldError("the field is no dictionary of the kind that is wanted")
        found[member[1]] = member[2]
        place = member.end()
    if not found or field.rstrip().endswith(","):
        raise FieldError("the field is empty, or ends in a comma")
    return found


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text[1 : text.index(":", 1)], validate=True)
    except binascii.Error as error:
        raise FieldError("the byte sequence is not base64") from error


def _covered(text: str) -> Covered:
    parts = _PARTS.fullmatch(text)
    inside, rest = parts.groups() if parts else ("", "")
    components = tuple(_component(found[1], found[2]) for found in _COMPONENT.finditer(inside))
    if len(set(components)) != len(components):
        raise FieldError("a component is covered twice")
    parameters = {found[1]: (found[2] or "").strip('"') for found in _PARAMETER.finditer(rest)}
    return Covered(components, parameters, text)


def _component(name: str, parameters: str) -> Component:
    if parameters not in {"", ";req"}:
        raise FieldError("a component has parameters that are not supported")
    return Component(name.strip('"'), req=bool(parameters))
