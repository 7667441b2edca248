"""Sources (数源): what a department keeps, how we come by it, who may use it, and for how long it counts.

The parts of a source are validated within it alone: building a validator for each would be paid by every cold start.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from functools import cached_property
from typing import Literal

from miaoban.catalogue.asking import Asking
from miaoban.catalogue.condition import Basis
from miaoban.catalogue.fields import Field
from miaoban.catalogue.quality import QualityRule
from miaoban.catalogue.span import Span
from miaoban.models import Frozen


class RecordKind(Frozen):
    """One kind of record of a source: its fields, those that make its key, and the rules that its records are held to."""

    key: tuple[str, ...]
    fields: Mapping[str, Field]
    quality: tuple[QualityRule, ...] = ()


class Contact(Frozen):
    """Whom to turn to at the department: its office, not a person, with a telephone number, an e-mail address or both."""

    office: str
    phone: str | None = None
    email: str | None = None


class Access(StrEnum):
    """How records come: pushed to us, asked for in real time, or asked for and answered over queues."""

    REGISTRY = "registry"
    HTTP = "http"
    QUEUE = "queue"


class Sharing(StrEnum):
    """The sharing class of the data: 无条件共享, 有条件共享, 不予共享. Source: 政务数据共享条例 (国令809)."""

    UNCONDITIONAL = "unconditional"
    CONDITIONAL = "conditional"
    REFUSED = "refused"


class Purpose(StrEnum):
    """What a record is looked at for: to decide, to fill in a form, or to know whether to ask the source once more."""

    DECIDE = "decide"
    PREFILL = "prefill"
    ASK_AGAIN = "ask_again"


class Freshness(Frozen):
    """How old a record may be for each purpose; a purpose that is not named takes what deciding takes."""

    decide: Span
    prefill: Span | None = None
    ask_again: Span | None = None


class PublicSource(Frozen):
    """A source as everybody may know it.

    `absence` says what it means that no record is there: `unknown` (nothing can be concluded) or `none` (there is none,
    provided that the source has spoken within the freshness).
    """

    code: str
    name: str
    owner: str
    contact: Contact
    access: Access
    sharing: Sharing
    basis: tuple[Basis, ...] = ()
    absence: Literal["unknown", "none"]
    freshness: Freshness
    kinds: Mapping[str, RecordKind]

    @cached_property
    def fresh_for(self) -> Mapping[Purpose, timedelta]:
        """How old a record may be for each purpose; made once, since every decision asks it."""
        named = {purpose: getattr(self.freshness, purpose.value) for purpose in Purpose}
        return {purpose: (span or self.freshness.decide).length for purpose, span in named.items()}


class Source(PublicSource):
    """A source as published; how it is asked is for the functions that ask, and says where and with which key."""

    asking: Asking | None = None

    @property
    def public(self) -> PublicSource:
        """What everybody may know of it."""
        return PublicSource(**{name: getattr(self, name) for name in PublicSource.model_fields})
