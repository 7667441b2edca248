"""Canonical JSON (RFC 8785) and digests of it."""

import hashlib
from collections.abc import Callable
from functools import cache
from typing import Any, Final, Literal

import rfc8785

from miaoban.canonical.errors import CanonicalError

_SAFE_INTEGER: Final = 2**53 - 1
_PLAIN: Final = frozenset({str, bool, type(None)})
# Between these, Rust and ECMAScript both write a fraction as plain decimals with the shortest digits.
_PLAIN_FRACTION_FROM: Final = 1e-4
_PLAIN_FRACTION_TO: Final = 1e15

Algorithm = Literal["sha256", "sm3"]


def canonical(value: object) -> bytes:
    """Return the canonical JSON of the value (RFC 8785).

    The value is made of dict, list, tuple, str, int, float, bool and None. Raises `CanonicalError` for anything else,
    NaN, infinities, integers beyond 2**53 - 1, and text that is not Unicode.
    """
    return canonical_text(value).encode()


def canonical_text(value: object) -> str:
    """Return the text of which `canonical` returns the bytes; raises as it does."""
    try:
        # The standard's own encoder is pure Python; the schema library's, in Rust, gives the same bytes for what
        # `_check` lets pass, 6 to 9 times as fast. Whatever is not surely the same goes to the standard's encoder.
        _check((value,))
        text = _encoder()(value)
    except (ValueError, RecursionError):
        return _by_standard(value)
    return _by_standard(value) if _has_pairs(text) else text


def digest(value: object, algorithm: Algorithm = "sha256") -> str:
    """Return the digest of the value's canonical JSON as `algorithm:hex`, such as "sha256:9f86...".

    Raises `CanonicalError` as `canonical` does, and when SM3 (GB/T 32905) is missing from this Python's OpenSSL.
    """
    return digest_of(canonical_text(value), algorithm)


def digest_of(text: str, algorithm: Algorithm = "sha256") -> str:
    """Return the digest of a text that is canonical already, in the form of `digest`; raises when SM3 is missing."""
    try:
        return f"{algorithm}:{hashlib.new(algorithm, text.encode()).hexdigest()}"
    except ValueError:
        raise CanonicalError(f"当前运行环境不支持摘要算法 {algorithm}，请使用带有该算法的 OpenSSL 3 构建。") from None


def _by_standard(value: Any) -> str:
    try:
        return rfc8785.dumps(value).decode()
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise CanonicalError(f"数据无法写成规范 JSON（RFC 8785）：{error}。") from error
    except RecursionError:
        raise CanonicalError("数据嵌套过深或引用了自身，无法写成规范 JSON（RFC 8785）。") from None


@cache
def _encoder() -> Callable[[object], str]:
    from jsonschema_rs.canonical.json import to_string  # noqa: PLC0415  40 ms: a function that only reads does not pay

    return to_string


def _has_pairs(text: str) -> bool:
    """Whether UTF-16 writes a character as two units: without, its order of keys is that of code points."""
    return len(text.encode("utf-16-le")) > 2 * len(text)


def _check(values: Any) -> None:
    """Raise ValueError for a value, here or within, that the two encoders may not write the same."""
    for value in values:
        kind = type(value)
        if kind in _PLAIN:
            continue
        if kind is dict:
            _check(value.values())
        elif kind is list or kind is tuple:
            _check(value)
        elif not _is_plain_number(value):
            raise ValueError("not surely canonical")


def _is_plain_number(value: Any) -> bool:
    if type(value) is int:
        return -_SAFE_INTEGER <= value <= _SAFE_INTEGER
    if type(value) is not float:
        return False
    return value == 0 or _PLAIN_FRACTION_FROM <= abs(value) < _PLAIN_FRACTION_TO
