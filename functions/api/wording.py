"""Pydantic's errors in the words of the API: a JSON pointer, a stable code, a Chinese sentence; never the value."""

from pydantic import ValidationError

from miaoban.catalogue.errors import Problem

_TOLD = {
    "missing": ("field-missing", "缺少这一项，请补上"),
    "extra_forbidden": ("field-unknown", "没有这一项，请删除或者核对名称"),
    "string_type": ("field-type", "应当是文字"),
    "bool_type": ("field-type", "应当是 true 或者 false"),
    "bool_parsing": ("field-type", "应当是 true 或者 false"),
    "dict_type": ("field-type", "应当是一组填写项"),
    "mapping_type": ("field-type", "应当是一组填写项"),
    "model_type": ("field-type", "应当是一组填写项"),
    "model_attributes_type": ("field-type", "应当是一组填写项"),
    "string_too_long": ("field-too-long", "太长，请缩短"),
    "string_too_short": ("field-empty", "不能为空，请填写"),
}


def problems_of(error: ValidationError) -> list[Problem]:
    """One problem for each error."""
    return [_problem(item["type"], item["loc"], item["msg"]) for item in error.errors(include_input=False, include_url=False)]


def _problem(kind: str, location: tuple[int | str, ...], message: str) -> Problem:
    pointer = "".join(f"/{str(step)[:60]}" for step in location)
    code, words = _TOLD.get(kind, (kind if kind == "identifier-invalid" else "field-invalid", message))
    return Problem(pointer=pointer, code=code, message=f"{str(location[-1])[:40] if location else '内容'}：{words}")
