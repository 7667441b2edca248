"""Canonical JSON (RFC 8785) and digests of it."""

import hashlib
from typing import Any, Final, Literal

import rfc8785
from pydantic_core import to_json

from miaoban.canonical.errors import CanonicalError

_SAFE_INTEGER: Final = 2**53 - 1
_PLAIN: Final = frozenset({str, bool, type(None)})
# Between these, Python, Rust and ECMAScript all write a fraction as plain decimals with the shortest digits.
_PLAIN_FRACTION_FROM: Final = 1e-4
_PLAIN_FRACTION_TO: Final = 1e15

Algorithm = Literal["sha256", "sm3"]


def canonical(value: object) -> bytes:
    """Return the canonical JSON of the value (RFC 8785).

    The value is made of dict, list, tuple, str, int, float, bool and None. Raises `CanonicalError` for anything else,
    NaN, infinities, integers beyond 2**53 - 1, and text that is not Unicode.
    """
    try:
        # The standard's own encoder is pure Python: sorting here and writing in Rust gives the same bytes 4 to 6
        # times as fast. What is not surely the same raises, and goes to the standard's encoder.
        return to_json(_ordered(value))
    except (TypeError, ValueError, RecursionError):
        return _canonical_by_standard(value)


def digest(value: object, algorithm: Algorithm = "sha256") -> str:
    """Return the digest of the value's canonical JSON as `algorithm:hex`, such as "sha256:9f86...".

    Raises `CanonicalError` as `canonical` does, and when SM3 (GB/T 32905) is missing from this Python's OpenSSL.
    """
    data = canonical(value)
    try:
        return f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"
    except ValueError:
        raise CanonicalError(f"当前运行环境不支持摘要算法 {algorithm}，请使用带有该算法的 OpenSSL 3 构建。") from None


def _canonical_by_standard(value: Any) -> bytes:
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise CanonicalError(f"数据无法写成规范 JSON（RFC 8785）：{error}。") from error
    except RecursionError:
        raise CanonicalError("数据嵌套过深或引用了自身，无法写成规范 JSON（RFC 8785）。") from None


def _ordered(value: Any) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is dict:
        return {key: _ordered(value[key]) for key in _sorted_keys(value)}
    if kind is list or kind is tuple:
        return [_ordered(item) for item in value]
    if _is_plain_number(value):
        return value
    raise TypeError("not surely canonical")


def _sorted_keys(value: dict[Any, Any]) -> list[str]:
    if "".join(value).isascii():  # join refuses keys that are not text
        return sorted(value)
    return sorted(value, key=_utf16)


def _utf16(key: str) -> bytes:
    return key.encode("utf-16be")


def _is_plain_number(value: Any) -> bool:
    if type(value) is int:
        return -_SAFE_INTEGER <= value <= _SAFE_INTEGER
    return type(value) is float and _PLAIN_FRACTION_FROM <= abs(value) < _PLAIN_FRACTION_TO and not value.is_integer()
