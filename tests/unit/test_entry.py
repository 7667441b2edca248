"""Guide items: what a line must say, and the one sentence that is said when it does not."""

import json
from collections.abc import Callable

import pytest

from miaoban.catalogue.entry import BOM, Entry, read_line
from miaoban.catalogue.errors import EntryError
from tests.yard import Item, item
from tools.broken import BREAKS, broken
from tools.generate import items, organ

COUNTY, CITY, STREET = "211281", "211200", "211281102"


def line(told: Item) -> bytes:
    return json.dumps(told, ensure_ascii=False).encode()


TAKEN = [
    (item(), "a county's item of 33 characters"),
    (item(code=item()["code"][:31]), "an item of 31"),
    (item(CITY, "3"), "a city's"),
    (item("210000", "2"), "the province's"),
    (item(STREET, "5"), "a street's: its organ's code names the county"),
    (item(COUNTY, "7"), "a shared power may stand at any level"),
    (item(promised=None, materials=None), "what is not set is left out"),
    (item(valid_until="2024-01-01"), "valid for a day"),
]


@pytest.mark.parametrize(("told", "reason"), TAKEN)
def test_taken(told: Item, reason: str) -> None:
    entry = read_line(line(told))
    assert str(entry.code) == told["code"], reason
    assert Entry.read(entry.text()) == entry


def test_a_byte_order_mark_and_what_nobody_meant_to_type_are_cleaned() -> None:
    entry = read_line(BOM + line(item(name=" 粮食\u200b收购 \n 备案 ", materials=["表\u3000格 "])))
    assert (entry.name, entry.materials) == ("粮食收购 备案", ("表 格",))


def test_the_same_item_is_the_same_text_however_its_line_is_written() -> None:
    told = item()
    other = json.dumps(dict(reversed(told.items())), indent=1).encode()
    assert read_line(other).text() == read_line(line(told)).text()


def code(change: Callable[[str], str]) -> Item:
    return item(code=change(item()["code"]))


REFUSED = [
    (b"{", "不是正确的 JSON", "cut off"),
    (b"[1]", "每行应当是一个 JSON 对象", "a list"),
    (b'{"name":"a","name":"b"}', "“name”重复出现", "a key twice has two meanings"),
    (b"\xb4\xfa\xc2\xeb", "不是有效的 UTF-8", "GB 18030"),
    (line(item(name=None)), "名称（name）没有填写", "no name"),
    (line(item(name=" \u200b ")), "名称（name）是空的", "nothing left of the name"),
    (line(item(name="长" * 301)), "名称（name）太长", "no name is that long"),
    (line(item(name="a\u202eb")), "名称（name）：文本第 2 个字符", "a character that reorders what is read"),
    (line(item(remark="x")), "“remark”不在约定的字段中", "a key that nobody knows"),
    (line(item(audience=[])), "服务对象（audience）是空的", "for nobody"),
    (line(item(audience=["7"])), "服务对象（audience）不是约定的代码", "no such audience"),
    (line(item(case_type="3")), "办件类型（case_type）不是约定的代码", "no such type of case"),
    (line(item(version=0)), "版本（version）的内容或格式不对", "versions count from 1"),
    (line(item(situations=-1)), "情形数（situations）的内容或格式不对", "less than none"),
    (line(item(valid_from="2024-02-30")), "生效日期（valid_from）的内容或格式不对", "no such day"),
    (line(item(valid_until="2023-12-31")), "失效日期早于生效日期", "ends before it begins"),
    (line(item(promised={"n": 1, "unit": "hour"})), "承诺期限（promised）", "no such unit"),
    (line(item(organ={"uscc": organ(COUNTY, 7), "name": ""})), "实施主体（organ）的名称（name）是空的", "a nameless organ"),
    (line(item(organ={"uscc": organ(COUNTY, 8), "name": "x"})), "前 18 位与实施主体代码", "another organ than in the code"),
    (line(item(type="01")), "类型是 10，而事项类型是 01", "another type than in the code"),
    (line({**item(), "region": CITY}), "不包含实施区划 211200", "wider than the organ's region"),
    (line({**item(), "region": "211282"}), "不包含实施区划 211282", "a neighbour's region"),
    (line({**item(), "region": "211281000"}), "区划（region）：行政区划代码末尾的补零应去掉", "padded"),
    (line(item(COUNTY, "3")), "行使层级是 3，而区划 211281 的层级是 4", "a city's power in a county"),
    (line(code(lambda text: text[19:31])), "只有 12 位基本编码", "a matter, not an item"),
    (line(code(lambda text: text[:-1])), "事项编码（code）：事项编码应为 12、31、33 位", "a character lost"),
    (line(code(lambda text: text[:17] + "0" + text[18:])), "不是有效的实施主体代码", "a check character that does not hold"),
]


@pytest.mark.parametrize(("text", "says", "reason"), REFUSED, ids=[reason for *_, reason in REFUSED])
def test_refused_with_one_sentence(text: bytes, says: str, reason: str) -> None:
    with pytest.raises(EntryError) as caught:
        pytest.fail(f"{read_line(text)} taken: {reason}")
    sentence = str(caught.value)
    assert says in sentence
    assert "\n" not in sentence
    assert len(sentence) < 200, "no text thrown back"
    assert "请" in sentence, "the cure is named"


def test_what_the_generator_makes_is_taken_and_what_it_breaks_is_not() -> None:
    made = list(items(500))
    assert {read_line(line(told)).name for told in made}
    for number in range(len(BREAKS)):
        with pytest.raises(EntryError):
            read_line(broken(number, made[0]))
