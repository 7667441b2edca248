"""Pydantic's errors in the words of the API: a JSON pointer, a stable code, a Chinese sentence; never the value."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError

from miaoban.catalogue.errors import Problem

_DATE: Final = ("field-format", "应当是日期，例如 2026-03-02，请改正")
_MOMENT: Final = ("field-format", "应当是带时区的时间，例如 2026-03-02T10:00:00+08:00，请改正")
_TOLD: Final[Mapping[str, tuple[str, str]]] = {
    "missing": ("field-missing", "缺少这一项，请补上"),
    "extra_forbidden": ("field-unknown", "没有这一项，请删除或者核对名称"),
    "string_type": ("field-type", "应当是文字"),
    "bool_type": ("field-type", "应当是 true 或者 false"),
    "bool_parsing": ("field-type", "应当是 true 或者 false"),
    "int_type": ("field-type", "应当是整数"),
    "int_parsing": ("field-type", "应当是整数"),
    "int_from_float": ("field-type", "应当是整数"),
    "dict_type": ("field-type", "应当是一组填写项"),
    "mapping_type": ("field-type", "应当是一组填写项"),
    "model_type": ("field-type", "应当是一组填写项"),
    "model_attributes_type": ("field-type", "应当是一组填写项"),
    "tuple_type": ("field-type", "应当是一个列表"),
    "list_type": ("field-type", "应当是一个列表"),
    "string_too_long": ("field-too-long", "太长，请缩短"),
    "string_too_short": ("field-empty", "不能为空，请填写"),
    "string_pattern_mismatch": ("field-format", "格式不对，请核对"),
    "too_long": ("field-too-long", "项数太多，最多 {max_length} 项"),
    "too_short": ("field-empty", "不能为空，至少 {min_length} 项"),
    "greater_than_equal": ("field-range", "不能小于 {ge}，请改正"),
    "less_than_equal": ("field-range", "不能大于 {le}，请改正"),
    "literal_error": ("field-choice", "只能是 {expected}，请改正"),
    "enum": ("field-choice", "只能是 {expected}，请改正"),
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "datetime_type": _MOMENT,
    "datetime_parsing": _MOMENT,
    "datetime_from_date_parsing": _MOMENT,
    "timezone_aware": _MOMENT,
}


def problems_of(error: ValidationError) -> list[Problem]:
    """One problem for each error."""
    found = error.errors(include_input=False, include_url=False)
    return [_problem(item["type"], item["loc"], item["msg"], item.get("ctx", {})) for item in found]


def _problem(kind: str, location: tuple[int | str, ...], message: str, context: Mapping[str, Any]) -> Problem:
    pointer = "".join(f"/{str(step)[:60]}" for step in location)
    code, words = _TOLD.get(kind, (kind if kind == "identifier-invalid" else "field-invalid", message))
    told = words.format_map({name: _listed(value) for name, value in context.items()}) if kind in _TOLD else words
    return Problem(pointer=pointer, code=code, message=f"{str(location[-1])[:40] if location else '内容'}：{told}")


def _listed(value: Any) -> str:
    """A value of the context; a list of choices without pydantic's English."""
    return str(value).replace(" or ", "、").replace(", ", "、")
