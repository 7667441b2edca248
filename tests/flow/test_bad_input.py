"""Bad input over HTTP: a clear error, nothing written, and the corrected request goes through under the same key."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import uuid4

import pytest

from miaoban.identifiers.checks import CREDIT_ALPHABET
from tests.flow.actors import Applicant
from tools.cast import Firm
from tools.client import Client

Change = Callable[[dict[str, Any]], Any]
Caller = Callable[..., Client]
CREATED, BAD, GONE, REUSED, LARGE, WRONG = 201, 400, 404, 409, 413, 422
LIMIT = 256 * 1024


def put(value: Any, *path: str | int) -> Change:
    """Put a value at a place of the application."""

    def change(application: dict[str, Any]) -> dict[str, Any]:
        inside: Any = application
        for step in path[:-1]:
            inside = inside[step]
        inside[path[-1]] = value(inside[path[-1]]) if callable(value) else value
        return application

    return change


def without(*path: str) -> Change:
    """Take away what stands at a place of the application."""

    def change(application: dict[str, Any]) -> dict[str, Any]:
        inside = application
        for step in path[:-1]:
            inside = inside[step]
        del inside[path[-1]]
        return application

    return change


def text(write: Callable[[str], str | bytes]) -> Change:
    """Change the application's JSON text."""
    return lambda application: write(json.dumps(application, ensure_ascii=False))


def other_check(code: str) -> str:
    """A credit code with another check character."""
    return code[:17] + CREDIT_ALPHABET[(CREDIT_ALPHABET.index(code[17]) + 1) % len(CREDIT_ALPHABET)]


ROWS: dict[str, tuple[Change, int, str, str, str]] = {
    # why it is refused: change, status, code, pointer, code of the place
    "the credit code's check character is wrong": (put(other_check, "form", "uscc"), WRONG, "form-invalid", "/form/uscc", "identifier-invalid"),
    **{
        f"credit codes have no letter {letter}": (
            put(lambda code, letter=letter: code[:12] + letter + code[13:], "form", "uscc"), WRONG, "form-invalid", "/form/uscc", "identifier-invalid"
        )
        for letter in "IOSVZ"
    },
    "a citizen's check character is wrong": (put("211281199001019012", "form", "agent_number"), WRONG, "form-invalid", "/form/agent_number", "identifier-invalid"),
    "a telephone number has eleven digits": (put("1390000000", "form", "contact_phone"), WRONG, "form-invalid", "/form/contact_phone", "identifier-invalid"),
    "there is no such field": (put("red", "form", "colour"), WRONG, "form-invalid", "/form/colour", "field-unknown"),
    "a field is missing": (without("form", "contact_phone"), WRONG, "form-invalid", "/form/contact_phone", "field-missing"),
    "a field of a row is missing": (without_name := (lambda application: put([{"address": "x"}], "form", "sites")(application)), WRONG, "form-invalid", "/form/sites/0/name", "field-missing"),
}
