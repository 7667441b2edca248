import hashlib
import json
from enum import StrEnum
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given, settings
from hypothesis import strategies as st

from miaoban.canonical import CanonicalError, JsonError, canonical, digest, parse
from miaoban.errors import FinalError

few = settings(max_examples=60, deadline=None)
SAFE = 2**53 - 1
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["\x00\x1f\x7f", "\u2028\ue000", "\U0001f600", "\U00020000", "\ufb33", '"\\/\b\f\n\r\t', "秒办", "3.5e5"]
)
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-SAFE, SAFE),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(-1000000, 1000000, places=3).map(float),
    texts,
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=12
)


class Colour(StrEnum):
    RED = "red"


@few
@example(value=[1e-4, 9.999999e-5, 1e15, 999999999999999.9, 1e16, 1e21, 5e-324, 1.7976931348623157e308, -0.0, 1.0])
@example(value={"\ufb33": 1, "\U0001f600": 2, "\u20ac": 3, "\r": 4, "1": 5, "\x80": 6})
@given(values)
def test_the_fast_path_gives_the_bytes_of_the_standard(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@few
@given(st.floats(allow_nan=False, allow_infinity=False) | st.floats(1e-5, 1e17))
def test_every_number_is_written_as_the_standard_writes_it(number: float) -> None:
    assert canonical(number) == rfc8785.dumps(number)


@pytest.mark.parametrize(
    ("value", "expected", "reason"),
    [
        ({"b": 1, "a": 2}, b'{"a":2,"b":1}', "keys are sorted"),
        ({"\U0001f600": 1, "\ue000": 2}, '{"\U0001f600":1,"\ue000":2}'.encode(), "by UTF-16 units, not code points"),
        ({Colour.RED: Colour.RED}, b'{"red":"red"}', "an enumeration of text is its text"),
        ((1, 2.5, 1.0), b"[1,2.5,1]", "a whole float is an integer"),
        ("\x7f\u2028/", '"\x7f\u2028/"'.encode(), "only control characters, quote and backslash are escaped"),
        ({}, b"{}", "empty"),
    ],
)
def test_canonical(value: Any, expected: bytes, reason: str) -> None:
    assert canonical(value) == expected, reason


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (float("nan"), "not a number"),
        (float("inf"), "infinite"),
        (2**53, "not exact"),
        ({1: "a"}, "a key that is not text"),
        ({None: "a"}, "a key that is not text"),
        ({1: "a", "b": "c"}, "keys of two kinds"),
        ("\ud800", "half a surrogate pair"),
        ({"\ud800": 1}, "half a surrogate pair as a key"),
        (b"bytes", "bytes"),
        ({"a": {1, 2}}, "a set"),
        (object(), "an object"),
    ],
)
def test_what_has_no_canonical_form_is_refused(value: Any, reason: str) -> None:
    with pytest.raises(CanonicalError, match="规范 JSON"):
        pytest.fail(f"{canonical(value)!r}: {reason}")


def test_a_value_inside_itself_is_refused() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(CanonicalError, match="引用了自身"):
        canonical(loop)


def test_digest_names_its_algorithm() -> None:
    assert digest({"b": 1, "a": "秒"}) == "sha256:" + hashlib.sha256('{"a":"秒","b":1}'.encode()).hexdigest()


@pytest.mark.skipif("sm3" not in hashlib.algorithms_available, reason="this OpenSSL was built without SM3")
def test_digest_by_sm3() -> None:
    assert digest("abc", "sm3") == "sm3:" + hashlib.new("sm3", b'"abc"').hexdigest()
    assert hashlib.new("sm3", b"abc").hexdigest().startswith("66c7f0f462eeedd9"), "GB/T 32905 example 1"


def test_an_algorithm_that_is_missing_is_named() -> None:
    with pytest.raises(CanonicalError, match="OpenSSL 3"):
        digest("abc", "sm33")  # type: ignore[arg-type]


@few
@given(values)
def test_what_is_read_is_written_and_read_again(value: Any) -> None:
    text = json.dumps(value)
    try:
        read = parse(text)
    except JsonError as refused:
        number = refused.code
    else:
        number = "json-number"
        assert parse(canonical(read)) == read
    assert number == "json-number"


@pytest.mark.parametrize(
    ("text", "code", "says", "reason"),
    [
        ("", "json-invalid", "第 1 行第 1 列", "empty"),
        ("{", "json-invalid", "语法错误", "unfinished"),
        ('{"a":1}\n x', "json-invalid", "第 2 行", "more after the end"),
        ("{'a':1}", "json-invalid", "语法错误", "single quotes"),
        ('["a\nb"]', "json-invalid", "语法错误", "raw newline in a string"),
        ("\ufeff{}", "json-invalid", "语法错误", "byte order mark"),
        (b"\xff\xfe{\x00}\x00", "json-invalid", "UTF-8", "UTF-16"),
        ("\ud800", "json-invalid", "UTF-8", "a lone surrogate in the text"),
        ('{"a":["\\ud800"]}', "json-invalid", "/a/0 处含有不成对的代理字符", "a lone surrogate, escaped"),
        ('{"\\ud800":1}', "json-invalid", "代理字符", "a lone surrogate in a key"),
        ('{"a":{"b":1,"c":2,"b":3}}', "json-duplicate-key", "/a 处的键“b”重复", "twice in an inner object"),
        ('{"a":1,"a":1}', "json-duplicate-key", "最外层的键“a”重复", "twice, the same value"),
        ('{"a":1,"\\u0061":2}', "json-duplicate-key", "“a”", "twice, once escaped"),
        ('{"\\ud800":1,"\\ud800":2}', "json-duplicate-key", "“\\?”", "twice, and not Unicode"),
        ('{"a~/b":[0,NaN]}', "json-number", "/a~0~1b/1 处", "NaN, its pointer escaped"),
        ("[Infinity]", "json-number", "/0", "infinity"),
        ("-Infinity", "json-number", "最外层", "minus infinity"),
        ("1e999", "json-number", "最外层", "too large for a double"),
        ("9007199254740992", "json-number", "2\\^53-1", "one more than is exact"),
        ("-9007199254740992", "json-number", "2\\^53-1", "one less than is exact"),
        ("1e20", "json-number", "2\\^53-1", "an integer written as a float"),
        ("9" * 5000, "json-number", "位数过多", "Python would not read it"),
        ("[" * 33 + "]" * 33, "json-depth", "32 层", "one level too many"),
        ('{"a":' * 33 + "1" + "}" * 33, "json-depth", "32 层", "objects count too"),
        ("[" * 100_000, "json-depth", "32 层", "the parser's own limit"),
        ('"' + "办" * 90_000 + '"', "body-too-large", "270002 字节", "counted in bytes, not in characters"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 40 else "",
)
def test_what_is_not_strict_json_is_refused(text: str | bytes, code: str, says: str, reason: str) -> None:
    with pytest.raises(JsonError, match=says) as caught:
        pytest.fail(f"{parse(text)!r} accepted: {reason}")
    assert caught.value.code == code
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("text", "value", "reason"),
    [
        (" {} ", {}, "spaces around"),
        ("9007199254740991", SAFE, "the greatest exact integer"),
        ('{"a":{"x":1},"b":{"x":1}}', {"a": {"x": 1}, "b": {"x": 1}}, "the same key in two objects"),
        ('"\\ud83d\\ude00"', "\U0001f600", "a whole surrogate pair, escaped"),
        (b'["\xe7\xa7\x92"]', ["秒"], "bytes of UTF-8"),
        ("[0.1, -0, true, null]", [0.1, 0, True, None], "every kind"),
        ("[" * 32 + "]" * 32, json.loads("[" * 32 + "]" * 32), "as deep as is allowed"),
    ],
)
def test_strict_json_is_read(text: str | bytes, value: Any, reason: str) -> None:
    assert parse(text) == value, reason


def test_the_limit_is_given_in_bytes() -> None:
    assert parse("[1,2]", limit=5) == [1, 2]
    with pytest.raises(JsonError, match="超过上限 4 字节"):
        parse("[1,2]", limit=4)


@few
@given(st.text() | st.binary())
def test_anything_else_is_refused_with_a_json_error(text: str | bytes) -> None:
    try:
        value = parse(text)
    except JsonError as error:
        message = str(error)
    else:
        message = "。" if canonical(value) else ""
    assert message.endswith("。")


def test_a_long_key_does_not_fill_the_message() -> None:
    with pytest.raises(JsonError) as caught:
        parse(json.dumps({"k" * 5000: float("nan")}))
    assert len(str(caught.value)) < 200


def test_the_errors_are_final_and_value_errors() -> None:
    assert issubclass(JsonError, FinalError)
    assert issubclass(JsonError, ValueError)
    assert issubclass(CanonicalError, ValueError)
