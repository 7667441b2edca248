"""Bearer tokens: JWS compact serialisation (RFC 7515) with the claims of a JWT (RFC 7519), verified."""

import json
import warnings
from collections.abc import Callable, Mapping
from typing import Any, Final

from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import GuestProtocol, Key
from joserfc.jws import JWSRegistry, deserialize_compact
from pydantic import BaseModel, ConfigDict, FiniteFloat, ValidationError

from functions.authorize.keys import Keys
from functions.authorize.settings import Settings
from miaoban.access.errors import (
    TokenClaimsError,
    TokenEarlyError,
    TokenError,
    TokenExpiredError,
    TokenForeignError,
    TokenMissingError,
)

ALGORITHMS: Final = ("ES256", "RS256", "EdDSA")
"""Asymmetric signatures only: `none` and the shared secrets of HS* are never accepted (RFC 8725 section 3.1)."""
LONGEST: Final = 8192
"""Characters of a token at most; the gateway's own limit for all headers is 10 240 bytes."""

_REGISTRY: Final = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)


class _Registered(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, hide_input_in_errors=True)

    iss: str
    aud: str | list[str]
    exp: FiniteFloat
    nbf: FiniteFloat | None = None
    iat: FiniteFloat | None = None


def bearer(header: object) -> str:
    """Return the token of an Authorization header's value.

    Raises `TokenMissingError` without one, `TokenError` when it is of another scheme, malformed or too long.
    """
    if not isinstance(header, str) or not header.strip():
        raise TokenMissingError("请求未携带登录令牌，请先登录。")
    scheme, _, token = header.strip().partition(" ")
    if scheme.lower() != "bearer" or not token or not token.isascii() or any(map(str.isspace, token)):
        raise TokenError("登录令牌的格式不正确，请重新登录。")
    if len(token) > LONGEST:
        raise TokenError("登录令牌过长，请重新登录。")
    return token


class Verifier:
    """Verifies the tokens of one issuer for one audience."""

    def __init__(self, settings: Settings, keys: Keys, clock: Callable[[], float]) -> None:
        self._settings, self._keys, self._clock = settings, keys, clock

    def verify(self, token: str) -> Mapping[str, object]:
        """Return the claims of a token whose signature, issuer, audience and times hold.

        Raises `TokenError` (its subclasses tell why) and `KeysUnavailableError`.
        """
        claims = self._claims(token)
        try:
            registered = _Registered.model_validate(claims)
        except ValidationError:
            raise TokenClaimsError("登录令牌缺少签发者、受众或有效期，请重新登录。") from None
        self._check_origin(registered)
        self._check_times(registered)
        return claims

    def _claims(self, token: str) -> dict[str, Any]:
        try:
            with warnings.catch_warnings():
                # RFC 9864 renames EdDSA to Ed25519; issuers in service still write EdDSA.
                warnings.simplefilter("ignore", SecurityWarning)
                payload = deserialize_compact(token, self._key, registry=_REGISTRY).payload
            claims = json.loads(payload)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise TokenError("登录令牌无法核验，请重新登录。") from None
        if not isinstance(claims, dict):
            raise TokenError("登录令牌无法核验，请重新登录。")
        return claims

    def _key(self, token: GuestProtocol) -> Key:
        header = token.headers()
        kid = header.get("kid")
        if not isinstance(kid, str):
            raise TokenError("登录令牌未注明签名密钥，请重新登录。")
        key = self._keys.find(kid)
        if key.alg not in (None, header["alg"]):
            raise TokenError("登录令牌的签名算法与密钥不符，请重新登录。")
        return key

    def _check_origin(self, claims: _Registered) -> None:
        audiences = [claims.aud] if isinstance(claims.aud, str) else claims.aud
        if claims.iss != self._settings.issuer or self._settings.audience not in audiences:
            raise TokenForeignError("登录令牌不是为本系统签发的，请从本系统重新登录。")

    def _check_times(self, claims: _Registered) -> None:
        now, skew = self._clock(), self._settings.clock_skew
        if now >= claims.exp + skew:
            raise TokenExpiredError("登录已过期，请重新登录。")
        if any(moment is not None and moment > now + skew for moment in (claims.nbf, claims.iat)):
            raise TokenEarlyError("登录令牌尚未生效，请核对设备时间后重试。")
