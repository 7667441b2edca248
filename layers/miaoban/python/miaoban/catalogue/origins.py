"""Where a value, or a whole record, is held."""

from dataclasses import dataclass
from typing import Final

from miaoban.catalogue.publication import Edition
from miaoban.models import CLOSED

APPLICANT: Final = "applicant"
"""What the real-name identity of who applies gives; it is no department's record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where something is held: a source, the kind of its records, and the field within, if one is meant."""

    __pydantic_config__ = CLOSED

    source: str
    name: str
    kind: str
    field: str | None = None


def origin_of(edition: Edition, path: str) -> Origin | None:
    """Where the value at a path such as `enterprise.name` is held; None for what no source holds."""
    root, _, field = path.partition(".")
    if root == APPLICANT:
        return Origin(source=APPLICANT, name="实名身份", kind="identity", field=field or None)
    use = edition.matter.records.get(root)
    if use is None:
        return None
    return Origin(source=use.source, name=edition.sources[use.source].name, kind=use.kind, field=field or None)
