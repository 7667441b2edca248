import copy
import json
import pickle
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from miaoban.errors import FinalError
from miaoban.identifiers import (
    Identifier,
    IdentifierError,
    LicenceNumber,
    MatterCode,
    Mobile,
    RegionCode,
    RegionLevel,
    ResidentId,
    Uscc,
)
from miaoban.identifiers.checks import CREDIT_ALPHABET, credit_check, mod_37_36, organisation_check, resident_check

DATA = Path(__file__).parent / "data"
VECTORS: dict[str, Any] = json.loads((DATA / "identifiers.json").read_text(encoding="utf-8"))
REGIONS: list[str] = json.loads((DATA / "regions.json").read_text(encoding="utf-8"))["codes"]
few = settings(max_examples=40, deadline=None)
ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
RESIDENT = "211281200203019007"
ONE_OF_EACH: list[Identifier] = [
    Uscc("91211281MAXX000158"),
    ResidentId(RESIDENT),
    RegionCode("211281001"),
    MatterCode("11370883MB2857374H437309800900101"),
    LicenceNumber(VECTORS["licence"][0]["id"]),
    Mobile("13800138000"),
]


def organisations() -> st.SearchStrategy[str]:
    bodies = st.text(ALPHANUMERIC.translate(dict.fromkeys(map(ord, "IOSVZ"))), min_size=8, max_size=8)
    return bodies.map(lambda body: body + organisation_check(body))


@st.composite
def usccs(draw: st.DrawFn) -> str:
    kind = draw(st.sampled_from(["11", "12", "51", "52", "53", "91", "92", "93", "A1", "N1", "N2", "N3", "Y1"]))
    body = kind + draw(st.sampled_from(REGIONS))[:6] + draw(organisations())
    return body + credit_check(body)


@st.composite
def residents(draw: st.DrawFn) -> str:
    born = draw(st.dates(date(1900, 1, 1), date(2025, 12, 31)))
    body = f"{draw(st.sampled_from(REGIONS))[:6]}{born:%Y%m%d}{draw(st.integers(0, 999)):03}"
    return body + resident_check(body)


@st.composite
def licences(draw: st.DrawFn) -> LicenceNumber:
    return LicenceNumber.issue(
        type_code=draw(usccs()) + f"{draw(st.integers(1, 999)):03}",
        issuer=draw(st.one_of(usccs(), st.sampled_from(REGIONS))),
        serial=draw(st.text(ALPHANUMERIC, min_size=1, max_size=20)),
        version=draw(st.integers(1, 998)),
    )


def flipped(text: str, position: int, alphabet: str, step: int) -> str:
    old = alphabet.index(text[position])
    return text[:position] + alphabet[(old + step) % len(alphabet)] + text[position + 1 :]


@pytest.mark.parametrize("case", VECTORS["uscc"]["valid"], ids=lambda case: case["text"])
def test_a_genuine_credit_code_is_accepted(case: dict[str, str]) -> None:
    assert str(Uscc(case["text"])) == case["text"], case["reason"]


@pytest.mark.parametrize("case", VECTORS["uscc"]["invalid"], ids=lambda case: case["reason"])
def test_a_wrong_credit_code_is_refused(case: dict[str, str]) -> None:
    with pytest.raises(IdentifierError, match="统一社会信用代码"):
        Uscc(case["text"])


@pytest.mark.parametrize(
    ("text", "says", "reason"),
    [
        ("91440300192203821O", "第 18 位是字母 O，.*数字 0", "O for 0"),
        ("9144030019220382I6", "第 17 位是字母 I，.*数字 1", "I for 1"),
        ("914403001922038Z16", "第 16 位是字母 Z，.*数字 2", "Z for 2"),
        ("914403001922038S16", "第 16 位是字母 S，.*数字 5", "S for 5"),
        ("914403001922038V16", "第 16 位是字母 V，.*字母 U 或 Y", "V looks like letters"),
        ("91440300192203821", "应为 18 位，实际为 17 位", "too short"),
        ("91211281maxx000158", "第 9 位“m”", "the constructor is strict about case"),
        ("91211281MAXX00015\x00", "第 18 位“U\\+0000”", "a control character is named by its number"),
        ("91A11281MAXX000158", "第 3 至 8 位应为行政区划代码", "letter in the region"),
        ("91011281MAXX000158", "第 3 至 8 位应为行政区划代码", "no region begins with 0"),
        ("914403001922038217", "第 18 位", "overall check"),
    ],
)
def test_the_sentence_about_a_credit_code_says_where(text: str, says: str, reason: str) -> None:
    with pytest.raises(IdentifierError, match=says):
        pytest.fail(f"{Uscc(text)!r} accepted: {reason}")


def test_the_organisation_code_inside_has_its_own_check_character() -> None:
    body = "91211281MAXX00016"
    with pytest.raises(IdentifierError, match="第 17 位"):
        Uscc(body + credit_check(body))


def test_the_parts_of_a_credit_code() -> None:
    code = Uscc("93211224MAXX00058X")
    assert (code.department, code.kind, code.organisation) == ("9", "93", "MAXX00058")
    assert code.region == RegionCode("211224")


@few
@given(usccs())
def test_every_credit_code_with_both_checks_is_accepted(text: str) -> None:
    assert str(Uscc(text)) == text


@few
@given(usccs(), st.integers(0, 17), st.integers(1, 30))
def test_one_wrong_character_in_a_credit_code_is_caught(text: str, position: int, step: int) -> None:
    with pytest.raises(IdentifierError):
        Uscc(flipped(text, position, CREDIT_ALPHABET, step))


@pytest.mark.parametrize("case", VECTORS["resident"]["valid"], ids=lambda case: case["reason"])
def test_a_genuine_resident_number_is_accepted(case: dict[str, str]) -> None:
    assert str(ResidentId(case["text"])) == case["text"], case["reason"]


@pytest.mark.parametrize("case", VECTORS["resident"]["invalid"], ids=lambda case: case["reason"])
def test_a_wrong_resident_number_is_refused(case: dict[str, str]) -> None:
    with pytest.raises(IdentifierError, match="公民身份号码"):
        ResidentId(case["text"])


@pytest.mark.parametrize(
    ("text", "says", "reason"),
    [
        ("211281020301900", "居民身份证法", "15 digits are no longer valid"),
        ("21128120020301900", "应为 18 位，实际为 17 位", "too short"),
        ("2112812002O3019007", "第 11 位“O”不是数字", "letter in the date"),
        ("21128120020301900x", "大写字母 X", "the constructor is strict about case"),
        ("011281200203019007", "第 1 位不能是 0", "no area begins with 0"),
        ("211281200202309007", "不是有效的出生日期", "30 February"),
        ("211281020203019007", "不是可能的出生年份", "the year 202"),
        ("２11281200203019007", "第 1 位", "full-width digits are not digits here"),
    ],
)
def test_the_sentence_about_a_resident_number_says_where(text: str, says: str, reason: str) -> None:
    with pytest.raises(IdentifierError, match=says):
        pytest.fail(f"{ResidentId(text)!r} accepted: {reason}")


def test_a_resident_number_knows_its_birth_date_and_hides_itself() -> None:
    number = ResidentId("211202199001019024")
    assert number.birth_date == date(1990, 1, 1)
    assert number.masked == "2112**********9024"
    assert repr(number) == "ResidentId('2112**********9024')"


@few
@given(residents().filter(str.isdecimal), st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_in_a_resident_number_is_caught_and_never_printed(text: str, position: int, step: int) -> None:
    wrong = flipped(text, position, "0123456789", step)
    with pytest.raises(IdentifierError) as caught:
        ResidentId(wrong)
    assert wrong not in str(caught.value)


@few
@given(residents())
def test_every_resident_number_with_its_check_is_accepted(text: str) -> None:
    assert f"{ResidentId(text).birth_date:%Y%m%d}" == text[6:14]


def test_every_published_region_is_accepted_and_lies_in_its_province() -> None:
    for region in map(RegionCode, REGIONS):
        assert region.province is not None
        assert region.province.contains(region)


@pytest.mark.parametrize(
    ("text", "level", "province", "city", "county"),
    [
        ("100000", RegionLevel.NATION, None, None, None),
        ("210000", RegionLevel.PROVINCE, "210000", None, None),
        ("211000", RegionLevel.CITY, "210000", "211000", None),
        ("211200", RegionLevel.CITY, "210000", "211200", None),
        ("211281", RegionLevel.COUNTY, "210000", "211200", "211281"),
        ("211281001", RegionLevel.STREET, "210000", "211200", "211281"),
        ("211281001002", RegionLevel.VILLAGE, "210000", "211200", "211281"),
    ],
)
def test_a_region_knows_its_level_and_what_holds_it(
    text: str, level: RegionLevel, province: str | None, city: str | None, county: str | None
) -> None:
    region = RegionCode(text)
    held_by = [place and str(place) for place in (region.province, region.city, region.county)]
    assert (region.level, held_by) == (level, [province, city, county])


@pytest.mark.parametrize(
    ("outer", "inner", "expected", "reason"),
    [
        ("100000", "211281", True, "the nation holds all"),
        ("210000", "211281001", True, "province and street"),
        ("211200", "211281", True, "city and county"),
        ("211281", "211281", True, "itself"),
        ("211281", "211200", False, "a county does not hold its city"),
        ("211000", "211281", False, "another city"),
        ("210000", "211000", True, "a city whose code ends in three zeros"),
        ("211281", "211282", False, "a neighbour"),
    ],
)
def test_what_a_region_contains(outer: str, inner: str, expected: bool, reason: str) -> None:  # noqa: FBT001
    assert RegionCode(outer).contains(RegionCode(inner)) is expected, reason


@pytest.mark.parametrize(
    ("text", "says", "reason"),
    [
        ("21128", "应为 6、9、12 位", "five digits"),
        ("011281", "第 1 位不能是 0", "no province begins with 0"),
        ("21128A", "第 6 位", "letter"),
        ("211281000", "请写作 211281", "padding"),
        ("211281001000", "请写作 211281001", "padding"),
    ],
)
def test_a_wrong_region_is_refused(text: str, says: str, reason: str) -> None:
    with pytest.raises(IdentifierError, match=says):
        pytest.fail(f"{RegionCode(text)!r} accepted: {reason}")


@pytest.mark.parametrize("case", VECTORS["matter"], ids=lambda case: case["text"])
def test_the_parts_of_a_matter_code(case: dict[str, Any]) -> None:
    authority, level, region, type_code, *items = case["split"]
    code = MatterCode(case["text"])
    assert (str(code.authority), str(code.level), code.region, code.type_code) == (authority, level, region, type_code)
    assert code.main_item + code.sub_item + (code.handling_item or "") == "".join(items)
    assert str(code.implementation) + (code.handling_item or "") == case["text"]
    assert str(code.basic) == region + type_code + code.main_item + code.sub_item


def test_a_basic_matter_code_has_no_authority() -> None:
    code = MatterCode("210117002A1K")
    assert (code.basic, code.authority, code.level, code.implementation, code.handling_item) == (code, *[None] * 4)


@pytest.mark.parametrize(
    ("text", "says", "reason"),
    [
        ("37011700201", "应为 12、31、33 位", "eleven characters"),
        ("3701170O2011", "第 8 位是字母 O", "letter not in use"),
        ("3A0117002011", "区划 2 位数字", "letter in the region"),
        ("11370800MB285591848370117002011", "行使层级 1 至 7", "level 8"),
        ("11370800MB2855918430001171120000X", "01 至 99", "letter as handling item"),
        ("11370800MB28559184300011711200000", "01 至 99", "handling item 00"),
        ("11370800MB285591853370117002011", "实施主体代码", "wrong authority"),
    ],
)
def test_a_wrong_matter_code_is_refused(text: str, says: str, reason: str) -> None:
    with pytest.raises(IdentifierError, match=says):
        pytest.fail(f"{MatterCode(text)!r} accepted: {reason}")


@pytest.mark.parametrize("case", VECTORS["licence"], ids=lambda case: case["reason"])
def test_the_parts_of_a_licence_number(case: dict[str, str]) -> None:
    number = LicenceNumber(case["id"])
    assert (number.root, number.type_code, number.issuer) == ("1.2.156.3005.2", case["type_code"], case["issuer"])
    assert (number.serial, number.version, number.check) == (case["serial"], int(case["version"]), case["check"])
    parts = {"type_code": number.type_code, "issuer": number.issuer, "serial": number.serial}
    assert LicenceNumber.issue(**parts, version=number.version) == number


@pytest.mark.parametrize(
    ("text", "says", "reason"),
    [
        ("1.2.156.3005.3.A.B.1.001.0", "应以 1.2.156.3005.2. 开头", "another root"),
        ("1.2.156.3005.2.A.B.1.001", "实际为 4 段", "no check character"),
        ("1.2.156.3005.2.A.B..001.0", "流水号", "no serial"),
        ("1.2.156.3005.2.A.b.1.001.0", "颁发机构代码", "lower case"),
        ("1.2.156.3005.2.A.B.1.000.0", "版本号", "versions begin at 001"),
        ("1.2.156.3005.2.A.B.1.001.00", "校验位", "two check characters"),
    ],
)
def test_a_wrong_licence_number_is_refused(text: str, says: str, reason: str) -> None:
    with pytest.raises(IdentifierError, match=says):
        pytest.fail(f"{LicenceNumber(text)!r} accepted: {reason}")


@few
@given(licences(), st.data())
def test_one_wrong_character_in_a_licence_number_is_caught(number: LicenceNumber, data: st.DataObject) -> None:
    text = str(number)
    places = [place for place in range(len(number.root) + 1, len(text)) if text[place] != "."]
    wrong = flipped(text, data.draw(st.sampled_from(places)), ALPHANUMERIC, data.draw(st.integers(1, 35)))
    with pytest.raises(IdentifierError):
        LicenceNumber(wrong)


@few
@given(licences())
def test_the_next_version_differs_only_in_version_and_check(number: LicenceNumber) -> None:
    following = number.next_version()
    assert following.version == number.version + 1
    assert (following.type_code, following.issuer, following.serial) == (number.type_code, number.issuer, number.serial)


@pytest.mark.parametrize("bad", [{"version": 1000}, {"version": 0}, {"serial": "a1"}, {"issuer": "A.B"}])
def test_a_licence_number_with_a_wrong_part_is_not_issued(bad: dict[str, Any]) -> None:
    parts: dict[str, Any] = {"type_code": "A", "issuer": "B", "serial": "1", "version": 1}
    with pytest.raises(IdentifierError, match="电子证照标识的"):
        LicenceNumber.issue(**(parts | bad))


def test_there_is_no_version_after_the_last() -> None:
    last = LicenceNumber.issue(type_code="A", issuer="B", serial="1", version=999)
    with pytest.raises(IdentifierError, match="重新颁发"):
        last.next_version()


def test_mod_37_36_catches_swapped_neighbours_but_one_pair_in_each_state() -> None:
    missed = {
        (first, second)
        for first in ALPHANUMERIC
        for second in ALPHANUMERIC
        if first < second and mod_37_36(first + second) == mod_37_36(second + first)
    }
    assert missed == {("I", "J")}


@pytest.mark.parametrize(
    ("text", "says", "reason"),
    [
        ("1380013800", "应为 11 位", "ten digits"),
        ("12800138000", "13 至 19", "no such range"),
        ("23800138000", "13 至 19", "not a mobile"),
        ("1380013800O", "第 11 位", "letter"),
    ],
)
def test_a_wrong_mobile_is_refused(text: str, says: str, reason: str) -> None:
    with pytest.raises(IdentifierError, match=says) as caught:
        pytest.fail(f"{Mobile(text)!r} accepted: {reason}")
    assert text not in str(caught.value)


def test_a_mobile_is_masked_wherever_it_is_shown() -> None:
    assert Mobile("13800138000").masked == "138****8000"
    assert "0013" not in repr([Mobile("13800138000")])


@pytest.mark.parametrize(
    ("kind", "text", "normal", "notes"),
    [
        (Uscc, "91211281MAXX000158", "91211281MAXX000158", ()),
        (
            Uscc,
            "９１２１１２８１ｍａｘｘ０００１５８",
            "91211281MAXX000158",
            ("全角字符已转为半角", "小写字母已转为大写"),
        ),
        (Uscc, " 9121 1281-MAXX 0001-58\t", "91211281MAXX000158", ("已去除空格", "已去除连字符")),
        (Uscc, "\ufeff91211281\u200bMAXX000158\u3000", "91211281MAXX000158", ("已去除不可见字符", "已去除空格")),
        (ResidentId, "11010119000101001x", None, ()),
        (ResidentId, "211281 20020301 9007", RESIDENT, ("已去除空格",)),
        (Mobile, "+86 138-0013-8000", "13800138000", ("已去除空格", "已去除连字符", "已去除国际区号 86")),
        (Mobile, "008613800138000", "13800138000", ("已去除国际区号 86",)),
        (RegionCode, "211281000000", "211281", ("已去除末尾补零",)),
        (RegionCode, "211281-001", None, ()),
        (MatterCode, "210117002a1k", "210117002A1K", ("小写字母已转为大写",)),
        (LicenceNumber, "1.2.156.3005.2.A-B.B.1.001.0", None, ()),
    ],
)
def test_normalise_repairs_what_is_safe_and_says_so(
    kind: type[Identifier], text: str, normal: str | None, notes: tuple[str, ...]
) -> None:
    if normal is None:
        with pytest.raises(IdentifierError):
            kind.normalise(text)
    else:
        assert kind.normalise(text) == (kind(normal), notes)


def test_a_lower_case_check_character_of_a_resident_number_is_raised() -> None:
    body = next(body for body in (f"21128119900101{n:03}" for n in range(1000)) if resident_check(body) == "X")
    assert ResidentId.normalise(body + "x") == (ResidentId(body + "X"), ("小写字母已转为大写",))


@few
@given(
    usccs().map(Uscc)
    | residents().map(ResidentId)
    | licences()
    | st.sampled_from(REGIONS).map(RegionCode)
    | st.from_regex(r"\A1[3-9][0-9]{9}\Z").map(Mobile)
    | st.sampled_from(ONE_OF_EACH)
)
def test_the_normal_form_needs_no_repair(found: Identifier) -> None:
    """So `normalise` makes none, and an identifier never changes into another."""
    assert type(found)._repair(str(found)) == (str(found), ())
    assert type(found).normalise(str(found)) == (found, ())


@few
@given(usccs(), st.sampled_from(["", " ", "\u3000", "-", "\u200b"]), st.integers(0, 18), st.booleans())
def test_normalise_is_idempotent(text: str, noise: str, place: int, wide: bool) -> None:  # noqa: FBT001
    typed = text[:place] + noise + text[place:].lower()
    if wide:
        typed = "".join(chr(ord(character) + 0xFEE0) if "!" <= character <= "~" else character for character in typed)
    code, _ = Uscc.normalise(typed)
    assert str(code) == text
    assert Uscc.normalise(str(code)) == (code, ())


@few
@given(st.sampled_from([type(one) for one in ONE_OF_EACH]), st.text(max_size=40))
def test_other_text_is_refused_with_a_sentence(kind: type[Identifier], text: str) -> None:
    with pytest.raises(IdentifierError, match=r"。$"):
        kind.normalise(text + "?")


@pytest.mark.parametrize("identifier", ONE_OF_EACH, ids=lambda one: type(one).__name__)
class TestEveryIdentifier:
    def test_is_a_value(self, identifier: Identifier) -> None:
        twin = type(identifier)(str(identifier))
        assert identifier == twin
        assert hash(identifier) == hash(twin)
        assert identifier <= twin
        assert not hasattr(identifier, "__dict__")
        assert copy.deepcopy(identifier) == pickle.loads(pickle.dumps(identifier)) == identifier  # noqa: S301
        assert f"{identifier}" == identifier.text

    def test_cannot_be_changed(self, identifier: Identifier) -> None:
        with pytest.raises(AttributeError):
            identifier.text = "1"  # type: ignore[misc]

    def test_refuses_what_is_not_text(self, identifier: Identifier) -> None:
        with pytest.raises(IdentifierError, match="应为文本"):
            type(identifier)(91)  # type: ignore[arg-type]

    def test_is_a_pydantic_field(self, identifier: Identifier) -> None:
        kind = type(identifier)

        class Form(BaseModel):
            one: kind  # type: ignore[valid-type]
            by_key: dict[kind, kind] = {}  # type: ignore[valid-type]

        form = Form.model_validate({"one": str(identifier), "by_key": {str(identifier): identifier}})
        assert form.one == identifier
        assert form.model_dump() == {"one": identifier, "by_key": {identifier: identifier}}
        assert Form.model_validate_json(form.model_dump_json()) == form
        schema = Form.model_json_schema()["properties"]["one"]
        assert (schema["type"], schema["pattern"]) == ("string", kind.pattern)

    def test_matches_the_pattern_it_publishes(self, identifier: Identifier) -> None:
        assert re.fullmatch(identifier.pattern, str(identifier))


def test_a_wrong_field_carries_the_code_and_the_sentence() -> None:
    class Form(BaseModel):
        holder: Uscc

    with pytest.raises(ValidationError) as caught:
        Form.model_validate({"holder": "91211281MAXX00015"})
    (error,) = caught.value.errors()
    assert (error["type"], error["loc"]) == ("identifier-invalid", ("holder",))
    assert error["msg"].startswith("统一社会信用代码应为 18 位")


def test_an_identifier_error_is_final_and_a_value_error() -> None:
    assert issubclass(IdentifierError, FinalError)
    assert issubclass(IdentifierError, ValueError)


def test_identifiers_sort_by_their_text() -> None:
    assert sorted([RegionCode("211282"), RegionCode("211281001"), RegionCode("211281")]) == [
        RegionCode("211281"),
        RegionCode("211281001"),
        RegionCode("211282"),
    ]
