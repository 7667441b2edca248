"""Examples (示例): a matter's own tests, kept as data beside its rules. `playing` plays them without any service.

Each file of `examples/` is a JSON merge patch (RFC 7396) on `_base.yaml`: maps merge, lists and values replace, null
removes. Everything in them is made up.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import AwareDatetime, JsonValue
from pydantic import Field as Declared

from miaoban.catalogue.documents import document_of, model_of
from miaoban.catalogue.errors import CatalogueError
from miaoban.catalogue.lines import located
from miaoban.decision.facts import Held
from miaoban.decision.outcome import Outcome
from miaoban.identifiers import ResidentId
from miaoban.models import Frozen

BASE = "_base.yaml"


class Player(Frozen):
    """Who files in an example."""

    name: str
    number: ResidentId


class GivenRecord(Frozen):
    """A record as its department sent it; received when its source was last heard, unless said otherwise."""

    values: Mapping[str, JsonValue]
    received_at: AwareDatetime | None = None
    withdrawn: bool = False


class Given(Frozen):
    """What an example starts from. `records` are named under `source/kind`; `heard` tells when a source last spoke."""

    now: AwareDatetime
    region: str
    applicant: Player
    situation: Mapping[str, str]
    form: Mapping[str, JsonValue]
    records: Mapping[str, Mapping[str, GivenRecord]] = Declared(default_factory=dict)
    heard: Mapping[str, AwareDatetime] = Declared(default_factory=dict)
    held: Held = Held()
    corrected: bool = False


class Sent(Frozen):
    """Where a redirected applicant is expected to be sent; `region` is that of the organ, if the matter names one."""

    to: str
    region: str | None = None
    answers: Mapping[str, str] = Declared(default_factory=dict)
    licence: str | None = None


class Expect(Frozen):
    """What must come of it: the conditions that do not hold, in the matter's order, and what people are told.

    `licence` (label: value) and `compared` (label: [declared, held]) name only what the example is about.
    """

    outcome: Outcome
    reasons: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    waiting_for: tuple[str, ...] = ()
    direction: Sent | None = None
    reviewer: str | None = None
    compared: Mapping[str, tuple[JsonValue, JsonValue]] = Declared(default_factory=dict)
    licence: Mapping[str, JsonValue] = Declared(default_factory=dict)


class Example(Frozen):
    """One example: its sentence, what is given, what is expected."""

    title: str
    given: Given
    expect: Expect


def read_examples(texts: Mapping[str, str]) -> dict[str, Example]:
    """Read the texts of `examples/`, by file name; raises CatalogueError."""
    base = document_of(f"examples/{BASE}", texts[BASE]) if BASE in texts else {}
    return {name: _example(base, name, text) for name, text in sorted(texts.items()) if name != BASE}


def _example(base: Mapping[str, Any], name: str, text: str) -> Example:
    file = f"examples/{name}"
    try:
        return model_of(Example, merged(base, document_of(file, text)), file)
    except CatalogueError as error:
        raise located(error, {file: text}) from error


def merged(base: Any, patch: Any) -> Any:
    """A JSON value after a merge patch (RFC 7396)."""
    if not isinstance(patch, Mapping):
        return patch
    found = dict(base) if isinstance(base, Mapping) else {}
    changed = {key: merged(found.get(key), value) for key, value in patch.items() if value is not None}
    return {key: value for key, value in found.items() if key not in patch} | changed
