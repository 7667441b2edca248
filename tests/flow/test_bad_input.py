"""Bad input over HTTP: a clear error, nothing written, and the right request goes through under the same key."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import uuid4

import pytest

from miaoban.identifiers.checks import CREDIT_ALPHABET
from tests.flow.actors import Applicant
from tools.client import Client

Caller = Callable[..., Client]
Change = Callable[[dict[str, Any]], Any]
LIMIT = 256 * 1024


class Row(NamedTuple):
    """A wrong application: why it is refused, the change that makes it wrong, and what is answered."""

    reason: str
    change: Change
    status: int
    code: str
    pointer: str = ""
    place: str = ""


def put(value: Any, *path: str | int) -> Change:
    """Put a value, or what a function makes of the present one, at a place of the application."""

    def change(application: dict[str, Any]) -> dict[str, Any]:
        inside: Any = application
        for step in path[:-1]:
            inside = inside[step]
        inside[path[-1]] = value(inside[path[-1]]) if callable(value) else value
        return application

    return change


def form(field: str, value: Any) -> Change:
    """Put a value in a field of the form."""
    return put(value, "form", field)


def without(part: str, *fields: str) -> Change:
    """Take away a part of the application, or fields of that part."""

    def change(application: dict[str, Any]) -> dict[str, Any]:
        if not fields:
            del application[part]
        for field in fields:
            del application[part][field]
        return application

    return change


def text(write: Callable[[str], str | bytes]) -> Change:
    """Change the application's JSON text."""
    return lambda application: write(json.dumps(application, ensure_ascii=False))


def other_check(code: str) -> str:
    """A credit code with another check character."""
    return code[:17] + CREDIT_ALPHABET[(CREDIT_ALPHABET.index(code[17]) + 1) % len(CREDIT_ALPHABET)]


def lookalike(letter: str) -> Callable[[str], str]:
    """Write a credit code with a letter that looks like another character."""
    return lambda code: code[:12] + letter + code[13:]


FORM, WHOLE = ("form-invalid", "request-invalid")
ROWS = [
    Row("another check character", form("uscc", other_check), 422, FORM, "/form/uscc", "identifier-invalid"),
    Row("no letter I in a credit code", form("uscc", lookalike("I")), 422, FORM, "/form/uscc", "identifier-invalid"),
    Row("no letter O in a credit code", form("uscc", lookalike("O")), 422, FORM, "/form/uscc", "identifier-invalid"),
    Row("no letter S in a credit code", form("uscc", lookalike("S")), 422, FORM, "/form/uscc", "identifier-invalid"),
    Row("no letter V in a credit code", form("uscc", lookalike("V")), 422, FORM, "/form/uscc", "identifier-invalid"),
    Row("no letter Z in a credit code", form("uscc", lookalike("Z")), 422, FORM, "/form/uscc", "identifier-invalid"),
    Row("a citizen's check character", form("agent_number", "211281199001019012"), 422, FORM, "/form/agent_number"),
    Row("fifteen digits are no longer valid", form("agent_number", "211281900101901"), 422, FORM, "/form/agent_number"),
    Row("eleven digits make a mobile", form("contact_phone", "1390000000"), 422, FORM, "/form/contact_phone"),
    Row("a region is six digits", form("county", "调兵山"), 422, FORM, "/form/county", "identifier-invalid"),
    Row("an unknown field", form("colour", "red"), 422, FORM, "/form/colour", "field-unknown"),
    Row("an unknown field's name escaped", form("a/b~c", "red"), 422, FORM, "/form/a~1b~0c", "field-unknown"),
    Row("a field of another situation", form("lease_contract", "x"), 422, FORM, "/form/lease_contract", "field-unknown"),
    Row("a missing field", without("form", "contact_phone"), 422, FORM, "/form/contact_phone", "field-missing"),
    Row("a missing field in a row", form("sites", [{"address": "x"}]), 422, FORM, "/form/sites/0/name", "field-missing"),
    Row("a text for a number", form("planned_tonnes", "许多"), 422, FORM, "/form/planned_tonnes", "field-type"),
    Row("a number for a text", form("contact_address", 7), 422, FORM, "/form/contact_address", "field-type"),
    Row("an object for a list", form("sites", {"name": "x"}), 422, FORM, "/form/sites", "field-type"),
    Row("nothing for a text", form("contact_address", None), 422, FORM, "/form/contact_address", "field-type"),
    Row("an empty text", form("contact_address", " \u200b "), 422, FORM, "/form/contact_address", "field-empty"),
    Row("a text too long by one", form("contact_address", "长" * 201), 422, FORM, "/form/contact_address", "field-too-long"),
    Row("rows too many by one", form("sites", [{}] * 51), 422, FORM, "/form/sites", "field-too-long"),
    Row("less than nothing", form("planned_tonnes", -1), 422, FORM, "/form/planned_tonnes", "field-range"),
    Row("an unknown choice", form("grains", ["corn", "gold"]), 422, FORM, "/form/grains/1", "field-choice"),
    Row("a choice twice", form("grains", ["corn", "corn"]), 422, FORM, "/form/grains", "field-repeated"),
    Row("a promise not made", form("promise", value=False), 422, FORM, "/form/promise", "promise-required"),
    Row(
        "a day that is none",
        put("2026-02-30", "form", "warehouses", 0, "lease_until"),
        *(422, FORM, "/form/warehouses/0/lease_until", "field-format"),
    ),
    Row("text written backwards", form("contact_address", "示例\u202e路"), 422, FORM, "/form/contact_address", "text-invalid"),
    Row("a control character", form("contact_address", "示例\u0007路"), 422, FORM, "/form/contact_address", "text-invalid"),
    Row(
        "an unknown answer",
        put("moon", "situation", "storage"),
        422,
        "situation-invalid",
        "/situation/storage",
        "answer-unknown",
    ),
    Row("an unasked question", put("x", "situation", "why"), 422, "situation-invalid", "/situation/why", "answer-unknown"),
    Row("a missing answer", without("situation", "kind"), 422, "situation-invalid", "/situation/kind", "answer-missing"),
    Row("an answer of another type", put(1, "situation", "kind"), 422, WHOLE, "/situation/kind", "field-type"),
    Row("an unknown part", put(1, "colour"), 422, WHOLE, "/colour", "field-unknown"),
    Row("a missing part", without("form"), 422, WHOLE, "/form", "field-missing"),
    Row("a part of another type", put([], "form"), 422, WHOLE, "/form", "field-type"),
    Row("a list for an object", lambda application: [application], 422, WHOLE, "", "field-type"),
    Row("an organ that there is not", put("110101", "region"), 422, "application-invalid", "/region", "organ-unknown"),
    Row("a region that is none", put("不详", "region"), 422, "application-invalid", "/region", "organ-unknown"),
    Row("a matter that there is not", put("no-such-matter", "matter"), 404, "matter-not-found"),
    Row("a check that only a window makes", put(["address"], "checked"), 422, WHOLE, "/checked", "field-unknown"),
    Row(
        "a proof of no field", put({"adress": "v1.x"}, "proofs"), 422, "application-invalid", "/proofs/adress", "field-unknown"
    ),
    Row(
        "an applicant for another",
        put({"name": "贾示例", "number": "211281199001019011"}, "applicant"),
        *(422, WHOLE, "/applicant", "field-unknown"),
    ),
    Row("nothing at all", text(lambda _: ""), 400, "json-invalid"),
    Row("no JSON", text(lambda _: "<xml/>"), 400, "json-invalid"),
    Row("half of it", text(lambda whole: whole[:-2]), 400, "json-invalid"),
    Row("something after it", text(lambda whole: whole + "{}"), 400, "json-invalid"),
    Row("a key twice", text(lambda whole: whole.replace('{"uscc"', '{"promise": true, "uscc"')), 400, "json-duplicate-key"),
    Row("NaN", text(lambda whole: whole.replace("5000", "NaN")), 400, "json-number"),
    Row("Infinity", text(lambda whole: whole.replace("5000", "-Infinity")), 400, "json-number"),
    Row("more than a double holds", text(lambda whole: whole.replace("5000", "1e400")), 400, "json-number"),
    Row("an integer that is not exact", text(lambda whole: whole.replace("5000", "9007199254740993")), 400, "json-number"),
    Row("nested forty deep", form("sites", json.loads("[" * 40 + "]" * 40)), 400, "json-depth"),
    Row("half a character", text(lambda whole: whole.replace("示例", "\\ud800", 1)), 400, "json-invalid"),
    Row("not UTF-8", text(lambda whole: whole.encode("gbk")), 400, "json-invalid"),
    Row("a body over the limit", form("contact_address", "x" * LIMIT), 413, "body-too-large"),
]


@pytest.mark.parametrize("row", [pytest.param(row, id=row.reason) for row in ROWS])
def test_what_is_wrong_is_told_and_nothing_is_written(applicant: Applicant, row: Row) -> None:
    firm, key = applicant.firm(), str(uuid4())
    wrong = row.change(firm.application())
    body = wrong if isinstance(wrong, bytes) else wrong.encode() if isinstance(wrong, str) else json.dumps(wrong).encode()
    answer = applicant.client.send("POST", "/v1/applications", body, key=key)
    assert (answer.status, answer.code) == (row.status, row.code), answer
    if row.place or row.pointer:
        assert row.pointer in [pointer for pointer, code in answer.places if code == row.place or not row.place], answer
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer["detail"]
    assert applicant.cases() == []
    assert applicant.file(firm.application(), key)["status"] == "approved"


def test_every_problem_is_told_at_once(applicant: Applicant) -> None:
    wrong = applicant.unknown().application(contact_phone="1", colour="red", promise=None)
    assert applicant.file(wrong).places == [
        ("/form/contact_phone", "identifier-invalid"),
        ("/form/promise", "field-missing"),
        ("/form/colour", "field-unknown"),
    ]


def test_no_problem_quotes_a_persons_number(applicant: Applicant) -> None:
    number = applicant.citizen.number
    wrong = applicant.unknown().application(agent_number=number[:-1] + "Y", contact_phone=number)
    wrong["form"][number] = "x"
    answer = applicant.file(wrong)
    assert answer.status == 422
    assert number[:17] not in str({**answer.body, "errors": [place["message"] for place in answer["errors"]]})


@pytest.mark.parametrize(("reason", "key"), [("none", None), ("empty", ""), ("too long by one", "k" * 129)])
def test_a_filing_needs_a_usable_key(applicant: Applicant, reason: str, key: str | None) -> None:
    body = json.dumps(applicant.unknown().application()).encode()
    answer = applicant.client.send("POST", "/v1/applications", body, key=key)
    assert (answer.status, answer.code) == (400, "idempotency-key-missing"), reason
    assert applicant.cases() == []


def test_a_key_is_not_used_for_another_body(applicant: Applicant) -> None:
    firm = applicant.firm()
    first = applicant.file(firm.application())
    other = applicant.file(firm.application(planned_tonnes=1), first.key)
    assert (other.status, other.code) == (409, "idempotency-key-reused")
    assert [case["case"] for case in applicant.cases()] == [first["case"]]


def test_two_people_may_use_the_same_key(applicant: Applicant, another: Applicant) -> None:
    key = str(uuid4())
    mine, other = applicant.firm(), another.firm()
    first, second = applicant.file(mine.application(), key), another.file(other.application(), key)
    assert (first["status"], second["status"]) == ("approved", "approved")
    assert first["case"] != second["case"]


def full_width(written: str) -> str:
    """The same characters, as an input method for Chinese makes them."""
    return "".join(chr(ord(character) + 0xFEE0) for character in written)


@pytest.mark.parametrize(
    ("field", "write", "repair"),
    [
        pytest.param("uscc", full_width, "统一社会信用代码：全角字符已转为半角", id="full-width characters"),
        pytest.param("uscc", str.lower, "统一社会信用代码：小写字母已转为大写", id="lower-case letters"),
        pytest.param("uscc", lambda code: f" {code[:8]} {code[8:]}", "统一社会信用代码：已去除空格", id="spaces"),
        pytest.param("contact_phone", lambda phone: f"{phone[:3]}-{phone[3:]}", "联系电话：已去除连字符", id="hyphens"),
        pytest.param("contact_address", lambda place: f"{place}\u200b", "通讯地址：已去除不可见字符", id="zero width"),
        pytest.param("contact_address", lambda place: f" {place} ", "通讯地址：已去除首尾空格", id="outer spaces"),
    ],
)
def test_what_is_safe_to_repair_is_repaired_and_told(
    applicant: Applicant, field: str, write: Callable[[str], str], repair: str
) -> None:
    application = applicant.firm().application()
    application["form"][field] = write(application["form"][field])
    answer = applicant.file(application)
    assert (answer["status"], answer["repairs"]) == ("approved", [repair])


def test_a_lower_case_x_is_the_same_citizen(applicant: Applicant) -> None:
    number = "21128119880315902x"
    answer = applicant.file(applicant.firm().application(agent_number=number))
    assert answer["repairs"] == ["经办人身份号码：小写字母已转为大写"]


def test_markup_in_a_name_stays_text(applicant: Applicant) -> None:
    markup = "<script>alert(1)</script>{{7*7}}${x}'; DROP TABLE cases;--"
    firm = applicant.firm()
    case = applicant.file(firm.application(sites=[{"name": markup, "address": f"{markup}1"}]))
    licence = applicant.client.get(f"/v1/licences/{case['licence']}")
    sites = next(line["value"] for line in licence["contents"] if line["label"] == "收购网点")
    assert sites == [{"名称": markup, "地址": f"{markup}1"}]
    assert applicant.case(case["case"])["form"]["sites"][0]["name"] == markup


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/cases?cursor=x", 400, "cursor-invalid"),
        ("/v1/cases/211281-20261123-00000000", 404, "case-not-found"),
        ("/v1/cases/%E4%B8%8D%E8%AF%A6", 404, "case-not-found"),
        ("/v1/licences/1.2.156.3005.2.x", 404, "licence-not-found"),
        ("/v1/matters/no-such-matter", 404, "matter-not-found"),
        ("/v1/public/licences/1.2.156.3005.2.x/AAAAAAAA", 404, "licence-not-found"),
    ],
)
def test_what_is_not_there_is_told(applicant: Applicant, path: str, status: int, code: str) -> None:
    answer = applicant.client.get(path)
    assert (answer.status, answer.code) == (status, code)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"qr": "https://example.com"}, 422, "credential-invalid"),
        ({"qr": "MB1.p256.0.e30.AA"}, 422, "credential-invalid"),
        ({}, 422, "request-invalid"),
        ({"number": "x"}, 422, "request-invalid"),
        ({"number": "x", "code": "y"}, 404, "licence-not-found"),
    ],
)
def test_what_is_no_licence_does_not_verify(caller: Caller, body: dict[str, str], status: int, code: str) -> None:
    answer = caller().post("/v1/public/verifications", body)
    assert (answer.status, answer.code) == (status, code)


def test_a_changed_qr_text_does_not_verify(applicant: Applicant, caller: Caller) -> None:
    licence = applicant.client.get(f"/v1/licences/{applicant.approved()['licence']}")
    head, _, signature = licence["qr"].rpartition(".")
    forged = f"{head}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"
    assert caller().post("/v1/public/verifications", {"qr": forged}).code == "credential-invalid"
    assert caller().post("/v1/public/verifications", {"number": licence["number"], "code": "AAAAAAAA"}).status == 404
