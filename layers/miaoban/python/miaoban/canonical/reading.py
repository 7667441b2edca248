"""A strict reader of JSON: what it accepts has one meaning in every language, and a canonical form."""

import json
from typing import Any, Final

from pydantic import JsonValue

from miaoban.canonical.errors import (
    BodyTooLargeError,
    JsonDepthError,
    JsonDuplicateKeyError,
    JsonError,
    JsonNumberError,
    JsonSyntaxError,
)

DEFAULT_LIMIT: Final = 256 * 1024
"""Bytes of UTF-8."""
MAX_DEPTH: Final = 32

_SAFE: Final = 2**53 - 1
_SHOWN: Final = 120


class _Repeated(dict[str, Any]):
    """An object in which a key came twice; the walk reports it, for it knows where."""

    key: str


class _FaultError(Exception):
    """Raised by the walk, and given the pointer's tokens on its way out."""

    def __init__(self, error: type[JsonError], sentence: str) -> None:
        super().__init__(sentence)
        self.error = error
        self.tokens: list[str] = []


def parse(text: str | bytes, limit: int = DEFAULT_LIMIT) -> JsonValue:
    """Return the value of a JSON text (RFC 8259, and the I-JSON of RFC 7493).

    Raises `JsonError` with one of its codes: longer than `limit` bytes, not UTF-8, not JSON, a key twice, a number that
    is not exact, or nested more than 32 deep.
    """
    value: JsonValue = _load(_decoded(text, limit))
    try:
        _walk(value, 0)
    except _FaultError as fault:
        pointer = "".join("/" + token.replace("~", "~0").replace("/", "~1") for token in reversed(fault.tokens))
        raise fault.error(f"{_where(pointer)}{fault}") from None
    return value


def _decoded(text: str | bytes, limit: int) -> str:
    try:
        data = text.encode() if isinstance(text, str) else text
        if len(data) > limit:
            raise BodyTooLargeError(f"JSON 文本有 {len(data)} 字节，超过上限 {limit} 字节，请减少内容或分次提交。")
        return data.decode()
    except UnicodeError:
        raise JsonSyntaxError("JSON 文本不是有效的 UTF-8 编码，请以 UTF-8 编码提交。") from None


def _load(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        where = f"第 {error.lineno} 行第 {error.colno} 列"
        raise JsonSyntaxError(f"JSON 文本在{where}附近有语法错误，请检查后重新提交。") from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:  # Python refuses to read integers of thousands of digits
        raise JsonNumberError("JSON 文本中有位数过多的整数，请改用字符串。") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) == len(pairs):
        return value
    repeated = _Repeated(value)
    seen: set[str] = set()
    repeated.key = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
    return repeated


def _walk(value: Any, depth: int) -> None:
    kind = type(value)
    if kind is str:
        _check_text(value)
    elif kind is int or kind is float:
        _check_number(value)
    elif kind is dict or kind is list:
        _walk_children(value, depth + 1)
    elif kind is _Repeated:
        raise _FaultError(JsonDuplicateKeyError, f"的键“{_short(value.key)}”重复出现，请只保留一个。")


def _walk_children(value: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise _too_deep()
    if type(value) is dict:
        _check_text("".join(value))
    for key, child in value.items() if type(value) is dict else enumerate(value):
        try:
            _walk(child, depth)
        except _FaultError as fault:
            fault.tokens.append(str(key))
            raise


def _check_text(text: str) -> None:
    try:
        text.isascii() or text.encode()
    except UnicodeEncodeError:
        raise _FaultError(JsonSyntaxError, "含有不成对的代理字符，请使用有效的 Unicode 文本。") from None


def _check_number(number: float) -> None:
    if not -_SAFE <= number <= _SAFE:  # NaN compares false
        raise _FaultError(JsonNumberError, "的数值不是有限数或超出 ±(2^53-1)，请改用字符串。")


def _too_deep() -> JsonDepthError:
    return JsonDepthError(f"JSON 文本嵌套超过 {MAX_DEPTH} 层，请减少嵌套。")


def _where(pointer: str) -> str:
    return f"JSON 文本 {_short(pointer)} 处" if pointer else "JSON 文本最外层"


def _short(text: str) -> str:
    """Return a key or pointer fit for a message: not long, and Unicode even where the input was not."""
    shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return shown.encode(errors="replace").decode()
