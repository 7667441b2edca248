"""The issuer's public keys (RFC 7517): fetched, kept for a while, and fetched again when an unknown one is named."""

import json
from collections.abc import Callable, Mapping
from typing import IO, TYPE_CHECKING, Any, Final, Protocol

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

from functions.authorize.settings import Settings, check_url, is_document
from miaoban.access.errors import TokenForeignError
from miaoban.errors import RetryableError

if TYPE_CHECKING:
    from http.client import HTTPMessage

MAX_AGE: Final = 600
"""Seconds after which keys are fetched again, so that a withdrawn key stops working."""
STALE: Final = 3600
"""Seconds for which known keys still serve while the issuer does not answer."""
PAUSE: Final = 30
"""Seconds between two fetches at least, whatever tokens ask for."""
TIMEOUT: Final = 3
"""Seconds that the issuer has to answer."""
LARGEST: Final = 65_536
"""Bytes of a key set at most."""

_TYPES: Final[Mapping[str, type[ECKey | RSAKey | OKPKey]]] = {"EC": ECKey, "RSA": RSAKey, "OKP": OKPKey}

Fetch = Callable[[], str]
"""Gets the key set as JSON text; raises `KeysUnavailableError`."""


class KeysUnavailableError(RetryableError):
    """Raised when the issuer's keys can not be had: no answer in time, not a key set, or too large."""

    code = "keys-unavailable"


class Opener(Protocol):
    """Opens a URL: `urllib.request.OpenerDirector` is one."""

    def open(self, fullurl: str, *, timeout: float) -> IO[bytes]:
        """Return the answer to a GET; raises `OSError`."""


class Keys:
    """The keys of one issuer, by key id. Signature keys of EC, RSA and OKP only; others are passed over."""

    def __init__(self, fetch: Fetch, clock: Callable[[], float]) -> None:
        self._fetch, self._clock = fetch, clock
        self._keys: Mapping[str, Key] = {}
        self._fetched = self._tried = float("-inf")

    def find(self, kid: str) -> Key:
        """Return the key of this id; raises `TokenForeignError` when the issuer publishes none such."""
        now = self._clock()
        stale = now - self._fetched > MAX_AGE
        if not self._keys or ((stale or kid not in self._keys) and now - self._tried >= PAUSE):
            self._refresh(now)
        try:
            return self._keys[kid]
        except KeyError:
            raise TokenForeignError("令牌的签名密钥不是本系统信任的密钥，请重新登录。") from None

    def _refresh(self, now: float) -> None:
        self._tried = now
        try:
            self._keys = read_keys(self._fetch())
            self._fetched = now
        except KeysUnavailableError:
            if now - self._fetched > STALE:
                self._keys = {}
                raise


def read_keys(document: str) -> Mapping[str, Key]:
    """Read a key set by key id; raises `KeysUnavailableError` when it is not one or holds no usable key."""
    try:
        known = [entry for entry in json.loads(document)["keys"] if _usable(entry)]
        keys = {entry["kid"]: _TYPES[entry["kty"]].import_key(entry) for entry in known}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, JoseError):
        raise KeysUnavailableError("the key set of the issuer can not be read; check JWKS") from None
    if not keys:
        raise KeysUnavailableError("the key set of the issuer has no signature key with a kid; check JWKS")
    return keys


def _usable(entry: Mapping[str, Any]) -> bool:
    return entry.get("kty") in _TYPES and isinstance(entry.get("kid"), str) and entry.get("use", "sig") == "sig"


def source(settings: Settings) -> Fetch:
    """Return how these settings get the keys: from the document itself, or by fetching it."""
    return lambda: settings.jwks if is_document(settings.jwks) else fetch(settings.jwks, opener())


def fetch(url: str, through: Opener) -> str:
    """Get a key set; raises `KeysUnavailableError` without an answer, or with one that is too large."""
    try:
        with through.open(check_url(url), timeout=TIMEOUT) as answer:
            content = answer.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        raise KeysUnavailableError(f"the keys of the issuer can not be fetched ({type(error).__name__})") from None
    if len(content) > LARGEST:
        raise KeysUnavailableError(f"the key set of the issuer is larger than {LARGEST} bytes")
    return content.decode(errors="replace")


def opener() -> Opener:
    """Return an opener that follows no redirect, because a redirect may leave https."""
    from urllib import request  # noqa: PLC0415 - 30 ms that an inline key set does not need

    class Stay(request.HTTPRedirectHandler):
        def redirect_request(
            self, req: request.Request, fp: IO[bytes], code: int, msg: str, headers: "HTTPMessage", newurl: str
        ) -> None:
            """Leave the redirect unfollowed, which urllib then raises as an HTTPError."""

    return request.build_opener(Stay)
