"""The paths that an edition's rules can name: the form, the situation, what a decision knows itself, records, tables."""

from collections.abc import Iterator, Mapping
from typing import Final

from miaoban.catalogue.fields import Field
from miaoban.catalogue.matter import RecordUse
from miaoban.catalogue.publication import Edition
from miaoban.catalogue.regions import Organ
from miaoban.catalogue.spelling import meant
from miaoban.catalogue.tables import ROOT

OWN: Final[Mapping[str, tuple[str, ...]]] = {
    "applicant": ("name", "number"),
    "organ": ("region",),
    "held": ("present", "licence", "expired"),
    "quota": ("left",),
    "today": ("",),
}
"""What a decision knows besides form, situation and records."""

RULES: Final = frozenset({"form", "situation", "parameter", ROOT, *OWN})
"""The roots, besides records, that a condition may name."""

CONCLUSION: Final = "review.conclusion"
"""What a review came to, in a word; only the licence can name it, for it is not known while conditions are judged."""

_ORGAN: Final = frozenset(f"organ.{name}" for name in Organ.model_fields)


def exists(edition: Edition, path: str) -> bool:
    """Whether an expression can name the path."""
    root, _, rest = path.partition(".")
    matter = edition.matter
    named = {"form": matter.fields, "situation": matter.questions, "parameter": matter.parameters}
    if root in named:
        return rest in named[root]
    if root == ROOT:
        table, _, output = rest.partition(".")
        return table in matter.tables and output in matter.tables[table].outputs
    if root in matter.records:
        return rest == "present" or rest in _held(edition, matter.records[root])
    return rest in OWN.get(root, ()) and (root != "quota" or matter.quota is not None)


def field_at(edition: Edition, path: str) -> Field | None:
    """The field that a path names, of the form or of a record; None for anything else."""
    root, _, rest = path.partition(".")
    use = edition.matter.records.get(root)
    if use is None:
        return edition.matter.fields.get(rest) if root == "form" else None
    kind = edition.kind(use)
    return kind.fields.get(rest) if kind else None


def is_fact(edition: Edition, path: str) -> bool:
    """Whether the path leads to a fact, not to what a table makes of facts."""
    return not path.startswith(f"{ROOT}.") and exists(edition, path)


def leads(edition: Edition, path: str, roots: set[str]) -> bool:
    """Whether a path outside the rules starts from one of the roots and leads to something; organs are known whole."""
    concluded = path == CONCLUSION and bool(edition.matter.reviewer.conclusions)
    return path.partition(".")[0] in roots and (path in _ORGAN or concluded or exists(edition, path))


def unknown(edition: Edition, path: str) -> str:
    """What to say of a path that leads nowhere, after its place: with the nearest one that does."""
    near = meant(path, _all(edition))
    return f"中的 {path} 没有这个字段或数源字段{near}，请核对拼写"


def _held(edition: Edition, use: RecordUse) -> Mapping[str, object]:
    kind = edition.kind(use)
    return kind.fields if kind else {}


def _all(edition: Edition) -> Iterator[str]:
    matter = edition.matter
    yield from (f"form.{code}" for code in matter.fields)
    yield from (f"situation.{code}" for code in matter.questions)
    yield from (f"parameter.{code}" for code in matter.parameters)
    own = {root: words for root, words in OWN.items() if root != "quota" or matter.quota}
    yield from (f"{root}.{word}".rstrip(".") for root, words in own.items() for word in words)
    yield from (f"{ROOT}.{name}.{output}" for name, table in matter.tables.items() for output in table.outputs)
    for name, use in matter.records.items():
        yield from (f"{name}.{word}" for word in ("present", *_held(edition, use)))
