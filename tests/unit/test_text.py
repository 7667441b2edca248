import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from miaoban.errors import FinalError
from miaoban.text import TextError, clean, comparable

few = settings(max_examples=80, deadline=None)


@pytest.mark.parametrize(
    ("text", "cleaned", "notes", "reason"),
    [
        ("调兵山市粮食收购站", "调兵山市粮食收购站", (), "nothing to do"),
        (" 张三\u3000", "张三", ("已去除首尾空格",), "ideographic space"),
        ("张\u200b三\ufeff", "张三", ("已去除不可见字符",), "zero-width space and byte order mark"),
        ("\u200b 张三", "张三", ("已去除不可见字符", "已去除首尾空格"), "both"),
        ("一\r\n二\r三", "一\n二\n三", ("换行符已统一",), "newlines of other systems"),
        ("一\t二\n三", "一\t二\n三", (), "tab and line feed are text"),
        ("<b>甲</b> & {{乙}}", "<b>甲</b> & {{乙}}", (), "markup is text"),
        ("𠮷野家", "𠮷野家", (), "beyond the basic plane"),
        ("（甲）", "（甲）", (), "full width is kept: it may be the registered name"),
    ],
)
def test_clean(text: str, cleaned: str, notes: tuple[str, ...], reason: str) -> None:
    assert clean(text) == (cleaned, notes), reason


@pytest.mark.parametrize(
    ("text", "says", "reason"),
    [
        ("甲\u202e乙", "第 2 个字符.*U\\+202E", "right-to-left override"),
        ("甲\u2066乙", "U\\+2066", "isolate"),
        ("\u200f甲", "第 1 个字符.*U\\+200F", "right-to-left mark"),
        ("甲\x00", "U\\+0000", "null"),
        ("甲\x1b[31m", "U\\+001B", "terminal escape"),
        ("甲\x7f", "U\\+007F", "delete"),
        ("甲\x85", "U\\+0085", "C1 control"),
        ("\ud800", "U\\+D800", "lone surrogate"),
    ],
)
def test_what_deceives_is_refused(text: str, says: str, reason: str) -> None:
    with pytest.raises(TextError, match=says):
        pytest.fail(f"{clean(text)!r} accepted: {reason}")


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("铁岭（集团）有限公司", "铁岭(集团)有限公司", "full-width brackets"),
        ("铁岭〔集团〕有限公司", "铁岭【集团】有限公司", "other brackets"),
        ("ＡＢＣ公司", "abc 公司", "full width, case, space"),
        ("买买提·艾力", "买买提•艾力", "middle dots"),
        ("买买提·艾力", "买买提・艾力", "katakana middle dot"),
        ("张\u3000三", "张三", "ideographic space"),
        ("银州路1—2号", "银州路１-２号", "dashes and digits"),
        ("“好”粮行", '"好"粮行', "quotes"),
        ("㈱甲", "(株)甲", "compatibility characters"),
        ("甲\u200b乙", "甲乙", "zero width"),
    ],
)
def test_variants_of_a_name_compare_equal(one: str, other: str, reason: str) -> None:
    assert comparable(one) == comparable(other), reason


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("张三", "张山", "another character"),
        ("銀州粮站", "银州粮站", "traditional and simplified are not unified"),
        ("买买提·艾力", "买买提艾力", "the dot is part of the name"),
        ("铁岭(甲)公司", "铁岭甲公司", "brackets are part of the name"),
    ],
)
def test_other_names_stay_apart(one: str, other: str, reason: str) -> None:
    assert comparable(one) != comparable(other), reason


@few
@given(st.text())
def test_comparable_is_idempotent(text: str) -> None:
    assert comparable(comparable(text)) == comparable(text)


@few
@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs"])), st.sampled_from(["", "\u200b", " \ufeff", "\r\n"]))
def test_clean_is_idempotent_and_never_loses_what_is_visible(text: str, noise: str) -> None:
    cleaned, notes = clean(noise + text + noise)
    assert clean(cleaned) == (cleaned, ())
    assert cleaned == text.strip()
    assert bool(notes) == (cleaned != noise + text + noise)


def test_the_error_is_final_and_a_value_error() -> None:
    assert issubclass(TextError, FinalError)
    assert issubclass(TextError, ValueError)
    assert TextError.code == "text-invalid"
