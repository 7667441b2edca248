"""What the operations ask of the world, as protocols. `aws/` implements them; `memory/` holds the fakes for tests."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import NamedTuple, Protocol

from miaoban.errors import FinalError, RetryableError
from miaoban.storage import Commit, Items, Key, Page, Range


class ConflictError(RetryableError):
    """Raised when a commit found another version than it expected: read again and decide again."""

    code = "conflict"

    def __init__(self, keys: tuple[Key, ...]) -> None:
        super().__init__("数据已被另一请求更新，请重新读取后再试")
        self.keys = keys


class UnavailableError(RetryableError):
    """Raised when a service did not answer or throttled: the same call may succeed later."""

    code = "service-unavailable"


class OversizedError(FinalError):
    """Raised when something is larger than its service takes (an item 400 KiB, a message 256 KiB)."""

    code = "item-oversized"


class RefusedError(FinalError):
    """Raised when a service refuses a call as ill-formed: over 100 writes, a key twice, an empty key, a bad delay."""

    code = "call-refused"


class QueueMissingError(RefusedError):
    """Raised when there is no such queue."""

    code = "queue-missing"


class CursorError(FinalError):
    """Raised when a cursor was altered, or belongs to another question."""

    code = "cursor-invalid"


class PseudonymError(FinalError):
    """Raised when a pseudonym of nothing is asked for: all whose number is missing would become one person."""

    code = "pseudonym-empty"


class SealError(FinalError):
    """Raised when a sealed text was altered, or sealed with a key that is not known here."""

    code = "seal-invalid"


class ObjectChangedError(FinalError):
    """Raised when an object is gone, or is another than the one whose tag was told."""

    code = "object-changed"


class Store(Protocol):
    """Consistent reads by key, all-or-nothing commits, and queries of a partition or an index."""

    def read(self, keys: Iterable[Key]) -> Items:
        """Read items by key in one strongly consistent batch; keys without an item are left out."""

    def commit(self, commit: Commit) -> None:
        """Execute the plan whole or not at all; raises ConflictError naming the keys that differed.

        A commit whose versioned writes all stand already, word for word, was executed before: repeating it succeeds and
        writes nothing. So an item that claims something (a lease, a guard) must say who claims it. An empty commit
        succeeds too.
        """

    def query(self, question: Range) -> Page:
        """Answer a range of a partition (consistent) or of an index (eventually consistent)."""


class Signer(Protocol):
    """Signs with the issuing key; the suite follows the partition (`p256` in aws, `sm2` in aws-cn)."""

    @property
    def suite(self) -> str:
        """The crypto suite: `p256` (ECDSA P-256 with SHA-256) or `sm2` (SM2 with SM3)."""

    @property
    def key_id(self) -> str:
        """The short identifier of the key, as it stands in a credential."""

    def sign(self, message: bytes) -> bytes:
        """Sign a message; returns r and s as 64 bytes."""

    def public_key(self) -> bytes:
        """Return the public key as DER SubjectPublicKeyInfo."""


class Vault(Protocol):
    """Keeps personal numbers out of tables: a keyed pseudonym to compare and look up, a sealed text to give back."""

    def pseudonym(self, kind: str, number: str) -> str:
        """Return the keyed hash of kind and number: equal for equal numbers, useless without the pepper."""

    def seal(self, text: str) -> str:
        """Encrypt a text for storage."""

    def unseal(self, sealed: str) -> str:
        """Decrypt what `seal` made; raises SealError when it was altered or made with an unknown key."""


class Outbox(Protocol):
    """Sends messages to a queue, at least once."""

    def send(self, messages: Iterable[str], delay: int = 0) -> None:
        """Send texts to the queue this outbox stands for, after `delay` seconds (0 to 900)."""


class Objects(Protocol):
    """Reads parts of large objects."""

    def read(self, name: str, tag: str, start: int, end: int) -> bytes:
        """Read the bytes from `start` up to `end` of an object as it was when its tag was told; fewer where it ends.

        Raises ObjectChangedError when it is gone or another, RefusedError when `start` does not lie within it.
        """


class Terms(NamedTuple):
    """What a file that is uploaded must be: its media type, its size in bytes and its SHA-256 in hexadecimal digits."""

    type: str
    size: int
    sha256: str


class Signed(NamedTuple):
    """A link that works by itself for a while, and the headers that must be sent with it."""

    url: str
    headers: Mapping[str, str]


class Files(Objects, Protocol):
    """Files of people: uploaded and read over links that are signed for one of them, moved where they can be read."""

    def sign_put(self, name: str, terms: Terms, lasts: timedelta) -> Signed:
        """Sign a link to upload exactly what the terms say."""

    def sign_get(self, name: str, type_: str, lasts: timedelta) -> str:
        """Sign a link to read a file, which is answered as of a type, to be saved and not shown in place."""

    def copy(self, name: str, tag: str, to: str) -> None:
        """Copy an object as it was when its tag was told; raises ObjectChangedError."""

    def remove(self, name: str) -> None:
        """Remove an object; one that is gone is removed."""


class Scanner(Protocol):
    """Scans files for malware."""

    def scan(self, parts: Iterable[bytes]) -> str | None:
        """Scan a file, part by part to its end; returns the malware's name, None when it is clean.

        Raises UnavailableError when the scanner did not say: then nothing is known.
        """


class Event(NamedTuple):
    """What an event bus routes on, and the CloudEvent itself as JSON text."""

    source: str
    type: str
    detail: str


class Bus(Protocol):
    """Publishes events to a bus, at least once and in no order."""

    def publish(self, events: Iterable[Event]) -> Mapping[int, str]:
        """Publish events; returns the positions that were not taken, each with its code: empty means all were."""
