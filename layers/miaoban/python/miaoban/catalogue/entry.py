"""A guide item (实施清单条目): what the provincial platform sends of each matter at each organ, one JSON line each.

It can be found and served, not decided: a matter that decides is a folder. Source: C0109.2, 实施清单 elements.
"""

from datetime import date
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from miaoban.calendar import Limit
from miaoban.canonical import JsonError, parse
from miaoban.catalogue.errors import EntryError
from miaoban.identifiers import MatterCode, RegionCode, Uscc
from miaoban.models import Frozen
from miaoban.text import clean

SHARED_LEVEL: Final = 7
"""分级管理: a power that several levels share (GB/T 39046 A.2)."""
BOM: Final = b"\xef\xbb\xbf"

_BASIC_LENGTH: Final = 12


def _cleaned(text: str) -> str:
    return " ".join(clean(text)[0].split())


Name = Annotated[str, AfterValidator(_cleaned), Field(min_length=1, max_length=300)]


class Implementer(Frozen):
    """The organ that implements the matter (实施主体)."""

    uscc: Uscc
    name: Name


class Entry(Frozen):
    """One guide item: a matter's basic code at one organ (31), or one way to handle it there (33).

    `region` is where it is implemented, `audience` 服务对象 and `case_type` 办件类型 by GB/T 39046; `version` counts up with
    every change of the item at the platform that sends it.
    """

    code: MatterCode
    name: Name
    type: str
    organ: Implementer
    region: RegionCode
    audience: Annotated[tuple[Literal["1", "2", "3", "4", "5", "6"], ...], Field(min_length=1)]
    case_type: Literal["1", "2", "9"]
    statutory: Limit | None = None
    promised: Limit | None = None
    materials: Annotated[tuple[Name, ...], Field(max_length=200)] = ()
    situations: Annotated[int, Field(ge=0, le=9999)] = 0
    status: Literal["in-force", "suspended", "cancelled"]
    version: Annotated[int, Field(ge=1, le=2**31)]
    valid_from: date
    valid_until: date | None = None

    @model_validator(mode="after")
    def _agrees_with_its_code(self) -> Self:
        code, region, authority = self.code, self.region, self.code.authority
        if authority is None:
            raise _wrong(f"事项编码 {code} 只有 {_BASIC_LENGTH} 位基本编码，请填写 31 位实施编码或 33 位业务办理项编码")
        if authority != self.organ.uscc:
            raise _wrong(f"事项编码的前 18 位与实施主体代码 {self.organ.uscc} 不一致，请核对")
        if code.type_code != self.type:
            raise _wrong(f"事项编码中的类型是 {code.type_code}，而事项类型是 {self.type[:10]}，请核对")
        if not authority.region.contains(region):
            raise _wrong(f"事项编码中的区划是 {authority.region}，不包含实施区划 {region}，请核对")
        if code.level not in {region.level, SHARED_LEVEL}:
            raise _wrong(f"事项编码中的行使层级是 {code.level}，而区划 {region} 的层级是 {int(region.level)}，请核对")
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise _wrong("失效日期早于生效日期，请核对")
        return self


def read_line(data: bytes) -> Entry:
    """The item that a line is; raises EntryError with one sentence on the first thing that is wrong."""
    try:
        value = parse(data.removeprefix(BOM))
    except JsonError as error:
        raise EntryError(f"不是正确的 JSON：{error}") from None
    if not isinstance(value, dict):
        raise EntryError("每行应当是一个 JSON 对象，请核对导出格式")
    try:
        return Entry.model_validate(value)
    except ValidationError as error:
        raise EntryError(_sentence(error.errors(include_url=False, include_input=False)[0])) from None


_LABELS: Final = {
    "code": "事项编码（code）",
    "name": "名称（name）",
    "type": "事项类型（type）",
    "organ": "实施主体（organ）",
    "uscc": "统一社会信用代码（uscc）",
    "region": "区划（region）",
    "audience": "服务对象（audience）",
    "case_type": "办件类型（case_type）",
    "statutory": "法定期限（statutory）",
    "promised": "承诺期限（promised）",
    "materials": "材料（materials）",
    "situations": "情形数（situations）",
    "status": "状态（status）",
    "version": "版本（version）",
    "valid_from": "生效日期（valid_from）",
    "valid_until": "失效日期（valid_until）",
}
_WORDS: Final = {
    "missing": "没有填写，请补上",
    "extra_forbidden": "不在约定的字段中，请删除或者核对拼写",
    "too_short": "是空的，请填写",
    "too_long": "太长，请缩短或者减少项数",
    "literal_error": "不是约定的代码，请对照 GB/T 39046 附录 A 核对",
}


def _sentence(fault: Any) -> str:
    """One error of pydantic as one sentence: where, what, the cure; never the value, which may be anything."""
    kind, told = fault["type"], fault.get("ctx", {})
    if kind == "entry-disagrees":
        return str(told["sentence"])
    places = [_LABELS.get(step, f"“{step[:40]}”") for step in fault["loc"] if isinstance(step, str)]
    if kind == "identifier-invalid":
        return f"{places[-1]}：{told['sentence']}"
    if kind == "value_error":
        return f"{'的'.join(places)}：{told['error']}"
    return f"{'的'.join(places)}{_WORDS.get(kind, '的内容或格式不对，请对照导入说明核对')}"


def _wrong(sentence: str) -> PydanticCustomError:
    return PydanticCustomError("entry-disagrees", "{sentence}", {"sentence": sentence})
