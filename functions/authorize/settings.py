"""The environment of the authorize function."""

import json
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})

_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "k"})


def check_url(url: str) -> str:
    """Return the URL if keys may be fetched from it: https, or http on the loopback; raises `ValueError`."""
    parts = urlsplit(url)
    if parts.username or not parts.hostname:
        raise ValueError("JWKS must be a URL with a host and without credentials, or a JSON document")
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return url
    raise ValueError("JWKS must be an https URL (http only on the loopback) or a JSON document")


def _check_jwks(value: str) -> str:
    return _check_document(value) if is_document(value) else check_url(value)


def _check_document(value: str) -> str:
    keys = json.loads(value).get("keys")
    if not isinstance(keys, list) or not keys or not all(isinstance(key, dict) for key in keys):
        raise ValueError('JWKS must hold at least one key: {"keys": [{...}]}')
    if any(_PRIVATE & key.keys() for key in keys):
        raise ValueError("JWKS holds a private key; publish the public part only, and replace that key")
    return value


def is_document(jwks: str) -> bool:
    """Whether the JWKS setting is the JSON document itself and not where to fetch it."""
    return jwks.lstrip().startswith("{")


class Settings(BaseModel):
    """Whose tokens are accepted, and which keys prove them; read with `Settings.model_validate(os.environ)`.

    `JWKS` is a URL, or the JSON document (RFC 7517) itself for networks that reach no issuer; `CLOCK_SKEW` is seconds.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    issuer: Annotated[str, Field(alias="ISSUER", min_length=1)]
    audience: Annotated[str, Field(alias="AUDIENCE", min_length=1)]
    jwks: Annotated[str, Field(alias="JWKS"), AfterValidator(_check_jwks)]
    clock_skew: Annotated[int, Field(alias="CLOCK_SKEW", ge=0, le=300)] = 60
