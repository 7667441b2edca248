"""Forms: what is safe is put right and told; everything else is told at once, by place, with the cure."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miaoban.catalogue.errors import FormError, Problem
from miaoban.catalogue.fields import Field, FieldType
from miaoban.catalogue.form import Checked, Form
from miaoban.catalogue.situations import select
from tests import kit

FORM = Form(select(kit.edition().matter, {"kind": "first", "subject": "enterprise", "storage": "own"}).fields)
GIVEN = dict(kit.application().form)
WAREHOUSE, SITE = GIVEN["warehouses"][0], GIVEN["sites"][0]
NO_MONTH = {**WAREHOUSE, "lease_until": "2026-13-01"}
NUMBER = "211202199001019024"


def check(**changes: Any) -> Checked:
    return FORM.check({**GIVEN, **changes}, "/form")


def problems(form: Form, values: dict[str, Any], pointer: str = "") -> list[Problem]:
    with pytest.raises(FormError) as caught:
        form.check(values, pointer)
    return list(caught.value.problems)


REPAIRED = [
    (
        "uscc",
        "９１２１１２８１ＭＡＸＸ０００１５８",
        "91211281MAXX000158",
        "统一社会信用代码：全角字符已转为半角",
        "full width",
    ),
    ("uscc", "91211281maxx000158", "91211281MAXX000158", "统一社会信用代码：小写字母已转为大写", "lower case"),
    ("uscc", " 9121 1281 MAXX 0001 58", "91211281MAXX000158", "统一社会信用代码：已去除空格", "spaces"),
    ("uscc", "91211281MAXX\u200b000158", "91211281MAXX000158", "统一社会信用代码：已去除不可见字符", "zero width"),
    ("agent_number", "21128119900101902x", "21128119900101902X", "经办人身份号码：小写字母已转为大写", "lower-case x"),
    ("contact_phone", "+86 139 0000 0000", "13900000000", "联系电话：已去除国际区号 86", "country code"),
    ("county", "２１１２８１", "211281", "收购地（县级区划）：全角字符已转为半角", "full-width region"),
    ("enterprise_name", "\u3000示例\u200b公司 ", "示例公司", "企业名称：已去除不可见字符", "zero width in a name"),
    ("enterprise_name", "<script>alert(1)</script>{{x}}", "<script>alert(1)</script>{{x}}", None, "markup is text"),
    ("enterprise_name", "＝ＳＵＭ（Ａ１）", "＝ＳＵＭ（Ａ１）", None, "full width in a name is kept"),
]


@pytest.mark.parametrize(("field", "sent", "kept", "told", "reason"), REPAIRED)
def test_what_is_safe_is_put_right_and_told(field: str, sent: str, kept: str, told: str | None, reason: str) -> None:
    values, repairs = check(**{field: sent})
    assert values[field] == kept, reason
    assert (told in repairs) if told else repairs == (), reason


@pytest.mark.parametrize("code", ["A1211281MAXX000", "N2211281MAXX000", "Y1211281MAXX000", "51211281MAXX000"])
def test_codes_of_every_registrar_are_valid(code: str) -> None:
    """The two check characters are computed by another implementation than the one under test."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    body = code[8:] + "9"
    check_9 = 11 - sum(letters.index(c) * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True)) % 11
    first = f"{code}9{'0' if check_9 == 11 else 'X' if check_9 == 10 else check_9}"
    check_18 = (31 - sum(alphabet.index(c) * pow(3, n, 31) for n, c in enumerate(first)) % 31) % 31
    assert check(uscc=first + alphabet[check_18]).values["uscc"] == first + alphabet[check_18]


def wrong(code: str, field: str, value: Any, says: str, reason: str, place: str = "") -> tuple[str, Any, str, str, str, str]:
    return field, value, f"/form/{field}{place}", code, says, reason


WRONG = [
    wrong("identifier-invalid", "uscc", "91211281MAXX000150", "校验位（第 18 位）", "wrong check digit"),
    wrong("identifier-invalid", "uscc", "91211281MAXX00015", "18", "17 characters"),
    *(wrong("identifier-invalid", "uscc", f"91211281MAXX00015{c}", "统一社会信用代码", f"{c} is not used") for c in "IOSVZ"),
    wrong("identifier-invalid", "uscc", "", "统一社会信用代码", "empty"),
    wrong("identifier-invalid", "agent_number", "211202199001019025", "校验位", "wrong check digit of a person"),
    wrong("identifier-invalid", "agent_number", "211202900101902", "15 位", "first generation"),
    wrong("identifier-invalid", "contact_phone", "12900000000", "13 至 19", "no such number"),
    wrong("identifier-invalid", "county", "21128", "区划", "five digits"),
    wrong("field-type", "uscc", 91211281, "统一社会信用代码应当填写文字", "a number for a code"),
    wrong("field-type", "contact_address", None, "通讯地址应当填写文字", "null"),
    wrong("field-type", "planned_tonnes", "5000", "应当填写数字", "a text for a number"),
    wrong("field-type", "planned_tonnes", [1], "应当填写数字", "a list is no number"),
    wrong("field-type", "cross_province", "false", "应当填写是或否", "a text for yes or no"),
    wrong("field-type", "grains", "corn", "收购品种应当填写列表", "one choice, not in a list"),
    wrong("field-type", "sites", {"0": SITE}, "收购网点应当填写列表", "a map for a table"),
    wrong("field-type", "sites", ["x"], "收购网点应当填写一组填写项", "a text for a row", "/0"),
    wrong("field-range", "planned_tonnes", -1, "不能小于 0", "less than nothing"),
    wrong("field-range", "planned_tonnes", 1e9, "不能大于 100000000", "more than all"),
    wrong("field-choice", "grains", ["corn", "gold"], "没有这个选项，可选：wheat（小麦）", "an unknown choice", "/1"),
    wrong("field-repeated", "grains", ["corn", "corn"], "重复的选项", "a choice twice"),
    wrong("field-empty", "grains", [], "收购品种至少填写 1 项", "no choice"),
    wrong("field-empty", "contact_address", " \u200b ", "通讯地址不能为空", "nothing visible"),
    wrong("field-too-long", "contact_address", "长" * 201, "最多 200 个字", "over-long"),
    wrong("field-too-long", "sites", [SITE] * 51, "最多填写 50 项", "too many rows"),
    wrong("text-invalid", "enterprise_name", "示例\u202e司公", "U+202E", "a bidirectional override"),
    wrong("text-invalid", "enterprise_name", "\u202e" + "长" * 200, "U+202E", "over-long too, told once"),
    wrong("text-invalid", "enterprise_name", "示例\x00", "U+0000", "a null character"),
    wrong("field-choice", "warehouses", [{**WAREHOUSE, "kind": "tent"}], "仓型没有这个选项", "nested choice", "/0/kind"),
    wrong("field-format", "warehouses", [WAREHOUSE, NO_MONTH], "日期", "no month", "/1/lease_until"),
    wrong("field-format", "warehouses", [{**WAREHOUSE, "lease_until": "2026-02-30"}], "日期", "no such day", "/0/lease_until"),
    wrong("identifier-invalid", "warehouses", [{**WAREHOUSE, "county": "x"}], "所在县级区划", "nested code", "/0/county"),
    wrong("identifier-invalid", "sites", [SITE, {**SITE, "phone": "1"}], "电话", "nested number", "/1/phone"),
    wrong("field-unknown", "sites", [{**SITE, "rent": 1}], "没有“rent”这一项", "nested unknown", "/0/rent"),
]


@pytest.mark.parametrize(("field", "value", "pointer", "code", "says", "reason"), WRONG)
def test_what_is_wrong_is_told_by_place(field: str, value: Any, pointer: str, code: str, says: str, reason: str) -> None:
    found = problems(FORM, {**GIVEN, field: value}, "/form")
    assert [(problem.pointer, problem.code) for problem in found] == [(pointer, code)], reason
    assert says in found[0].message, reason
    assert len(found[0].message) < 300


def test_a_promise_must_be_given() -> None:
    found = problems(FORM, {**GIVEN, "promise": False})
    assert [(problem.pointer, problem.code) for problem in found] == [("/promise", "promise-required")]


@pytest.mark.parametrize(
    ("key", "pointer", "says", "reason"),
    [
        ("colour/~x", "/form/colour~1~0x", "没有“colour/~x”这一项", "a key that a pointer escapes"),
        ("x" * 5000, f"/form/{'x' * 60}", f"没有“{'x' * 40}”这一项", "an endless key is cut"),
        ("", "/form/", "没有“”这一项", "an empty key"),
    ],
)
def test_an_unknown_key(key: str, pointer: str, says: str, reason: str) -> None:
    found = problems(FORM, {**GIVEN, key: 1}, "/form")
    assert [(problem.pointer, problem.code) for problem in found] == [(pointer, "field-unknown")], reason
    assert says in found[0].message, reason


@pytest.mark.parametrize("field", ["uscc", "county", "contact_phone", "grains", "sites", "warehouses", "promise"])
def test_a_missing_field(field: str) -> None:
    found = problems(FORM, {code: value for code, value in GIVEN.items() if code != field}, "/form")
    assert [(problem.pointer, problem.code) for problem in found] == [(f"/form/{field}", "field-missing")]
    assert found[0].message == f"请填写{FORM.fields[field].label}"


def test_a_missing_column() -> None:
    row = {code: value for code, value in WAREHOUSE.items() if code != "capacity"}
    found = problems(FORM, {**GIVEN, "warehouses": [WAREHOUSE, row]})
    assert [(problem.pointer, problem.message) for problem in found] == [("/warehouses/1/capacity", "请填写设计仓容（吨）")]


def test_everything_wrong_is_told_at_once() -> None:
    sent = {"uscc": "x", "county": 1, "contact_phone": "12", "grains": [], "colour": "red", "sites": [{}], "promise": True}
    found = {(problem.pointer, problem.code) for problem in problems(FORM, sent)}
    assert found >= {
        ("/uscc", "identifier-invalid"),
        ("/county", "field-type"),
        ("/contact_phone", "identifier-invalid"),
        ("/grains", "field-empty"),
        ("/colour", "field-unknown"),
        ("/sites/0/name", "field-missing"),
        ("/sites/0/address", "field-missing"),
        ("/contact_address", "field-missing"),
        ("/warehouses", "field-missing"),
        ("/cross_province", "field-missing"),
    }
    assert len(found) == 10


def test_repairs_are_told_once_each() -> None:
    repaired = check(sites=[{**SITE, "name": " 甲 "}, {**SITE, "name": " 乙 "}])
    assert repaired.repairs == ("名称：已去除首尾空格",)
    assert [row["name"] for row in repaired.values["sites"]] == ["甲", "乙"]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_personal_number_stands_in_a_sentence(data: st.DataObject) -> None:
    """Wherever a number is put, as a value, in a row or as a key, no sentence repeats it."""
    number = data.draw(st.sampled_from([NUMBER, NUMBER[:17] + "5", NUMBER[:17], "13900000000", NUMBER + "x"]))
    fields = [*FORM.fields, "unknown", number, f"id {number}"]
    value = data.draw(
        st.sampled_from([number, [number], [{"name": number, "phone": number, number: 1}], {number: number}, int(number[:11])])
    )
    field = data.draw(st.sampled_from(fields))
    told = "".join(said({**GIVEN, field: value}))
    assert number not in told
    assert number[:11] not in told


def said(values: dict[str, Any]) -> tuple[str, ...]:
    """Every sentence about some values, repairs included."""
    try:
        return FORM.check(values).repairs
    except FormError as error:
        return (str(error), *(problem.message for problem in error.problems))


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(FORM.fields)) | st.text(max_size=5), st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3), max_leaves=6,
)))  # fmt: skip
def test_whatever_comes_there_are_values_or_problems(values: dict[str, Any]) -> None:
    found = problems(FORM, values)
    assert all(problem.message and problem.code for problem in found)
    assert len({problem.pointer for problem in found}) > 0


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30))
def test_a_checked_form_is_unchanged_by_checking(name: str) -> None:
    try:
        first = check(enterprise_name=name).values
    except FormError:
        return
    assert FORM.check(first) == Checked(first, ())


@pytest.mark.parametrize("kind", FieldType)
def test_every_type_has_a_schema_with_its_label(kind: FieldType) -> None:
    column = Field(label="列", type=FieldType.TEXT)
    schema = Field(label="标签", type=kind, options={"a": "甲"}, columns={"x": column}).json_schema
    assert schema["title"] == "标签"
    assert schema["type"] in {"string", "number", "integer", "boolean", "array"}
