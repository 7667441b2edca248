"""A published version of a matter: immutable, known by its digest, and compiled once per process."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from miaoban.canonical import digest
from miaoban.catalogue.form import Form
from miaoban.catalogue.matter import Matter, RecordUse
from miaoban.catalogue.situations import Situation, select
from miaoban.catalogue.source import RecordKind, Source
from miaoban.models import Frozen


class Edition(Frozen):
    """What is published: a matter with the sources it uses, exactly as they stood."""

    matter: Matter
    sources: Mapping[str, Source]

    def kind(self, use: RecordUse) -> RecordKind | None:
        """The kind of record that a use names; None when no source has it."""
        source = self.sources.get(use.source)
        return source.kinds.get(use.kind) if source else None

    @cached_property
    def digest(self) -> str:
        """The digest of the canonical text, by which receipts name this edition."""
        return digest(self.model_dump(mode="json", exclude_none=True))


class Pointer(Frozen):
    """Which edition of a matter is in force, since when, by which release; `retired` says why it takes no applications."""

    matter: str
    version: int
    digest: str
    effective_from: datetime
    release: str | None = None
    retired: str | None = None


@dataclass(eq=False)
class Published:
    """An edition in force, with its situations and forms compiled as they are first asked for."""

    edition: Edition
    version: int
    digest: str
    _situations: dict[tuple[tuple[str, str], ...], tuple[Situation, Form]] = field(default_factory=dict, repr=False)

    @property
    def matter(self) -> Matter:
        """The matter itself."""
        return self.edition.matter

    def situation(self, answers: Mapping[str, str]) -> tuple[Situation, Form]:
        """The situation and its form; raises SituationError. Only valid answers are remembered, so memory is bounded."""
        known = tuple(sorted(answers.items()))
        if known not in self._situations:
            situation = select(self.matter, answers)
            self._situations[known] = (situation, Form(situation.fields))
        return self._situations[known]
