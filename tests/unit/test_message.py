"""Department messages, read strictly: what is wrong is told by place and cure, and nothing else is raised."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miaoban.evidence.errors import MessageError
from miaoban.evidence.message import LIMIT, HeardMessage, RecordMessage, parse_message, read_envelope
from tests import kit

GONE: dict[str, Any] = {"type": "cn.miaoban.record.withdrawn.v1"}
JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_a_record_message() -> None:
    message = parse_message(kit.message(), kit.NOW)
    assert isinstance(message, RecordMessage)
    assert (message.department, message.withdrawn, message.data.sequence) == ("market-regulation", False, 1)
    assert message.time == kit.NOW


def test_a_withdrawal() -> None:
    message = parse_message(kit.message({"uscc": "91211281MAXX000158"}, **GONE), kit.NOW)
    assert isinstance(message, RecordMessage)
    assert message.withdrawn


def test_a_heartbeat() -> None:
    message = parse_message(kit.heartbeat("abnormal-operations"), kit.NOW)
    assert isinstance(message, HeardMessage)
    assert message.data.source == "abnormal-operations"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}, "extensions are allowed by the standard"),
        ({"datacontenttype": None}, "absent, it means JSON (CloudEvents 1.0, JSON format 3.1)"),
        ({"datacontenttype": "application/json; charset=utf-8"}, "with its parameter"),
        ({"subject": "enterprise"}, "a subject may be there"),
        ({"time": "2026-03-02T02:00:00Z"}, "UTC as Z"),
        ({"time": "2026-03-02T02:00:00.123456+00:00"}, "a fraction of a second"),
        ({"time": "2026-03-02T10:05:00+08:00"}, "a clock that is 5 minutes fast"),
        ({"id": "c0ffee00-1391-4111-a222-a13912345678"}, "a UUID whose digits look like a phone"),
        ({"id": "202603021000000001"}, "18 digits that are no citizen's number"),
        ({"data": {"sequence": 2**53 - 1}}, "the largest sequence that every JSON reader holds"),
    ],
)
def test_what_is_taken(changes: dict[str, Any], reason: str) -> None:
    assert parse_message(kit.message(**changes), kit.NOW), reason


@pytest.mark.parametrize(
    ("changes", "pointer", "code", "reason"),
    [
        ({"specversion": "0.3"}, "/specversion", "field-format", "another version of the standard"),
        ({"specversion": None}, "/specversion", "field-missing", "without a version"),
        ({"id": None}, "/id", "field-missing", "without an id"),
        ({"id": ""}, "/id", "field-format", "empty id"),
        ({"id": 7}, "/id", "field-format", "id as a number"),
        ({"id": "x" * 101}, "/id", "field-format", "endless id"),
        ({"id": "message-1\n"}, "/id", "field-format", "a line feed, which would break a log"),
        ({"id": "n-211281200305159019"}, "/id", "field-format", "a citizen's number as the id"),
        ({"id": "n-13900000000"}, "/id", "field-format", "a phone as the id"),
        ({"source": "market-regulation"}, "/source", "field-format", "not a department's path"),
        ({"source": "/departments/"}, "/source", "field-format", "no department"),
        ({"source": "/departments/市监局"}, "/source", "field-format", "a name and no code"),
        ({"type": "cn.miaoban.record.upserted.v2"}, "/type", "type-unknown", "a version to come"),
        ({"type": None}, "/type", "type-unknown", "no type"),
        ({"type": ["cn.miaoban.record.upserted.v1"]}, "/type", "type-unknown", "a list of types"),
        ({"time": None}, "/time", "field-missing", "no time"),
        ({"time": "2026-03-02T10:00:00"}, "/time", "field-format", "no offset"),
        ({"time": "2026-03-02 10:00:00+08:00"}, "/time", "field-format", "a space for the T"),
        ({"time": "2026-02-30T10:00:00+08:00"}, "/time", "field-format", "no such day"),
        ({"time": "0001-01-01T00:00:00+08:00"}, "/time", "field-format", "before time could be converted"),
        ({"time": 1772416800}, "/time", "field-format", "seconds of the epoch"),
        ({"time": "1772416800"}, "/time", "field-format", "the same as text"),
        ({"time": "2026-03-02T10:05:01+08:00"}, "/time", "time-future", "from the future"),
        ({"data": {"issued_at": "2026-03-03T10:00:00+08:00"}}, "/data/issued_at", "time-future", "issued tomorrow"),
        ({"datacontenttype": "text/xml"}, "/datacontenttype", "field-format", "not JSON"),
        ({"subject": "x" * 201}, "/subject", "field-format", "endless subject"),
        ({"data": None}, "/data", "field-missing", "no data"),
        ({"data": "e30="}, "/data", "field-format", "data as text"),
        ({"data": {"sequence": 0}}, "/data/sequence", "field-format", "sequences begin at 1"),
        ({"data": {"sequence": "1"}}, "/data/sequence", "field-format", "a sequence as text"),
        ({"data": {"sequence": True}}, "/data/sequence", "field-format", "a sequence as a truth"),
        ({"data": {"sequence": 1.5}}, "/data/sequence", "field-format", "half a sequence"),
        ({"data": {"sequence": None}}, "/data/sequence", "field-missing", "no sequence"),
        ({"data": {"kind": "../enterprise"}}, "/data/kind", "field-format", "a path as a kind"),
        ({"data": {"source": "BASE#x"}}, "/data/source", "field-format", "what could break a key"),
        ({"data": {"values": []}}, "/data/values", "field-format", "values as a list"),
        ({"data": {"operator": "x"}}, "/data/operator", "field-unknown", "a part that nobody knows"),
        ({"type": "cn.miaoban.source.heard.v1"}, "/data/values", "field-unknown", "a heartbeat with a record"),
    ],
)
def test_what_is_refused(changes: dict[str, Any], pointer: str, code: str, reason: str) -> None:
    with pytest.raises(MessageError) as raised:
        parse_message(kit.message(**changes), kit.NOW)
    assert (pointer, code) in [(problem.pointer, problem.code) for problem in raised.value.problems], reason
    assert all(problem.message.startswith(f"报文的 {problem.pointer} ") for problem in raised.value.problems)


@pytest.mark.parametrize(
    ("text", "code", "reason"),
    [
        ("", "json-invalid", "nothing"),
        ("[]", "message-shape", "a list"),
        ("null", "message-shape", "null"),
        ('{"id": 1, "id": 2}', "json-duplicate-key", "a key twice"),
        ('{"data": {"values": {"x": NaN}}}', "json-number", "not a number"),
        ('{"data": {"values": {"x": 1e999}}}', "json-number", "infinite"),
        ("[" * 40 + "]" * 40, "json-depth", "too deep"),
        (json.dumps("x" * LIMIT), "body-too-large", "too large"),
    ],
)
def test_what_is_no_message(text: str, code: str, reason: str) -> None:
    with pytest.raises(MessageError) as raised:
        parse_message(text, kit.NOW)
    assert [problem.code for problem in raised.value.problems] == [code], reason


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(MessageError) as raised:
        parse_message(kit.message(id="", time="yesterday", data={"sequence": 0}), kit.NOW)
    assert {problem.pointer for problem in raised.value.problems} == {"/id", "/time", "/data/sequence"}


@settings(max_examples=40, deadline=None)
@given(
    st.one_of(
        st.text(), JSONS.map(json.dumps), st.dictionaries(st.sampled_from(["type", "data", "time"]), JSONS).map(json.dumps)
    )
)
def test_nothing_but_message_errors_comes_of_any_text(text: str) -> None:
    with pytest.raises(MessageError):
        parse_message(text, kit.NOW)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from(["id", "source", "type", "time", "data"]), JSONS).map(json.dumps) | st.text())
def test_an_envelope_can_be_read_of_any_text(text: str) -> None:
    assert read_envelope(text)


@settings(max_examples=40, deadline=None)
@given(JSONS)
def test_any_data_is_taken_or_refused(data: object) -> None:
    with pytest.raises(MessageError):
        parse_message(json.dumps({**json.loads(kit.message()), "data": data}), kit.NOW)


def test_an_envelope_keeps_what_fits() -> None:
    envelope = read_envelope(kit.message(id="n-13900000000", data={"sequence": 0}))
    assert envelope.id is None
    assert (envelope.source, envelope.type) == ("/departments/market-regulation", "cn.miaoban.record.upserted.v1")
