"""The upper-level platform (上级平台) as operations know it: what is handed up, and the port by which it is."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from miaoban.errors import RetryableError
from miaoban.ledger.tree import Node
from miaoban.models import Frozen


class UpperError(RetryableError):
    """Raised when the upper-level platform does not answer, or not as it should: the same may succeed later."""

    code = "platform-unavailable"


class Handed(Frozen):
    """One decision, or erasure, as it is handed up: its ledger leaf, whose digest is the item's, and what it is about.

    `id` names the leaf within its region and day; handing up an item twice changes nothing.
    """

    id: str
    region: str
    day: str
    digest: str
    leaf: Mapping[str, Any]
    matter: str | None = None
    matter_name: str | None = None
    department: str | None = None
    status: str | None = None
    licence: str | None = None


class UpperPlatform(Protocol):
    """Takes items, and tells nodes of the digest tree of what it has of a region's day; both raise UpperError.

    `told` counts the bytes sent and received.
    """

    @property
    def told(self) -> int:
        """Bytes sent and received since it was made."""

    def take(self, items: Sequence[Handed]) -> None:
        """Hand items up; what it has already under an id is replaced."""

    def nodes(self, region: str, day: str, prefixes: Sequence[str]) -> Mapping[str, Node]:
        """The nodes of a region's day for some prefixes: one exchange."""
