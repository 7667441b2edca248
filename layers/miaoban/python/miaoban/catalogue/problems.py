"""JSON Schema's errors in the words of the form: where, which field, what to do."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jsonschema_rs import ValidationError

from miaoban.catalogue.errors import Problem
from miaoban.catalogue.fields import Field, Fields

Told = tuple[str, str]

_NUMBERS = re.compile(r"[0-9０-９]{6,}[Xx]?")
_LONGEST_KEY, _LONGEST_QUOTE = 60, 40
_TYPES = {
    "string": "文字",
    "number": "数字",
    "integer": "整数",
    "boolean": "是或否（true 或 false）",
    "array": "列表",
    "object": "一组填写项",
}


def escaped(key: str) -> str:
    """A key as a JSON pointer token (RFC 6901), cut where it is absurdly long."""
    return key[:_LONGEST_KEY].replace("~", "~0").replace("/", "~1")


def quoted(text: str) -> str:
    """What was sent, fit for a sentence: cut short, and without what could be somebody's number."""
    return _NUMBERS.sub("…", text[:_LONGEST_QUOTE])


def problems_of(fields: Fields, error: ValidationError, pointer: str) -> list[Problem]:
    """The problems that one schema error stands for; unknown keys are told one by one."""
    place = "".join(f"/{step}" for step in error.instance_path)
    field = _field_at(fields, error.instance_path)
    kind = error.kind.as_dict()
    if error.kind.name == "additionalProperties":
        return [_unknown(f"{pointer}{place}/{escaped(key)}", key) for key in kind["unexpected"]]
    if error.kind.name == "required":
        return [_missing(f"{pointer}{place}/{kind['property']}", _label(fields, error.instance_path, kind["property"]))]
    code, message = _TELL.get(error.kind.name, _other)(field, kind)
    return [Problem(pointer=f"{pointer}{place}", code=code, message=f"{field.label if field else '填写内容'}{message}")]


def _field_at(fields: Fields, path: Sequence[str | int]) -> Field | None:
    found: Field | None = None
    inside = fields
    for step in path:
        if isinstance(step, str) and step in inside:
            found = inside[step]
            inside = found.columns
    return found


def _label(fields: Fields, path: Sequence[str | int], code: str) -> str:
    table = _field_at(fields, path)
    inside = table.columns if table else fields
    return inside[code].label


def _unknown(pointer: str, key: str) -> Problem:
    return Problem(pointer=pointer, code="field-unknown", message=f"没有“{quoted(key)}”这一项，请删除或者核对名称")


def _missing(pointer: str, label: str) -> Problem:
    return Problem(pointer=pointer, code="field-missing", message=f"请填写{label}")


def _type(_: Field | None, kind: Mapping[str, Any]) -> Told:
    wanted = "、".join(_TYPES.get(name, name) for name in kind.get("types", ()))
    return "field-type", f"应当填写{wanted or '另一种类型的内容'}"


def _choice(field: Field | None, _: Mapping[str, Any]) -> Told:
    options = "、".join(f"{code}（{label}）" for code, label in field.options.items()) if field else ""
    return "field-choice", f"没有这个选项，可选：{options}"


def _other(_: Field | None, __: Mapping[str, Any]) -> Told:
    return "field-invalid", "的填写不符合要求，请核对"


_TELL: dict[str, Callable[[Field | None, Mapping[str, Any]], Told]] = {
    "type": _type,
    "enum": _choice,
    "maxLength": lambda _, kind: ("field-too-long", f"最多 {kind['limit']} 个字，请缩短"),
    "minLength": lambda _, __: ("field-empty", "不能为空，请填写"),
    "minimum": lambda _, kind: ("field-range", f"不能小于 {kind['limit']}"),
    "maximum": lambda _, kind: ("field-range", f"不能大于 {kind['limit']}"),
    "minItems": lambda _, kind: ("field-empty", f"至少填写 {kind['limit']} 项"),
    "maxItems": lambda _, kind: ("field-too-long", f"最多填写 {kind['limit']} 项"),
    "uniqueItems": lambda _, __: ("field-repeated", "有重复的选项，请删去重复的"),
    "const": lambda _, __: ("promise-required", "需要确认后才能提交"),
    "format": lambda _, __: ("field-format", "不是有效的日期，请按 2026-01-31 的格式填写"),
    "pattern": lambda _, __: ("field-format", "的格式不对，请核对"),
}
