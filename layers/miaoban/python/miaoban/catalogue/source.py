"""Sources (数源): what a department keeps, under which keys, how long it stays fresh, and what a missing record means."""

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

from miaoban.catalogue.fields import Field
from miaoban.catalogue.form import Form
from miaoban.models import Frozen


class RecordKind(Frozen):
    """One kind of record of a source: its fields and those that make its key."""

    key: tuple[str, ...]
    fields: Mapping[str, Field]

    @cached_property
    def form(self) -> Form:
        """What a record's values must be."""
        return Form(self.fields)


class Source(Frozen):
    """A source as published.

    `absence` says what it means that no record is there: `unknown` (nothing can be concluded) or `none` (there is none,
    provided that the source has spoken within `freshness_days`).
    """

    code: str
    name: str
    owner: str
    absence: Literal["unknown", "none"]
    freshness_days: int
    kinds: Mapping[str, RecordKind]
