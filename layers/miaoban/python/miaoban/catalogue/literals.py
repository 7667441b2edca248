"""Equalities with a literal that can never be: another kind of value, or an option that there is not.

`form.kind == 'silos'` is false for ever and no error; so is a date made of a text (`d(form.name)`).
"""

import re
from collections.abc import Callable, Iterator

from miaoban.catalogue.fields import Field, FieldType

FieldAt = Callable[[str], Field | None]
"""The field that a path names, if it names one."""
OptionsAt = Callable[[str], tuple[str, ...] | None]
"""What a path may be, where that is listed."""

_PATH = r"(?<![\w.#])((?:form|situation|\w+)\.\w+)"
_EQUAL = re.compile(_PATH + r"\s*(?:==|!=)\s*('[^']*'|\"[^\"]*\"|-?\d+(?:\.\d+)?|true|false)(?![\w.(])")
_AMONG = re.compile(_PATH + r"\s+in\s+\[([^\]]*)\]")
_DATES = re.compile(r"\bd\(\s*(\w+\.\w+)\s*\)")
_ITEM = re.compile(r"'[^']*'|\"[^\"]*\"|[^,\s]+")
_KINDS = {
    FieldType.NUMBER: "number",
    FieldType.INTEGER: "number",
    FieldType.MONEY: "number",
    FieldType.BOOLEAN: "boolean",
    FieldType.PROMISE: "boolean",
    FieldType.CHOICES: "list",
    FieldType.TABLE: "list",
}
_WORDS = {"text": "文字", "number": "数字", "boolean": "是或否", "list": "列表"}


def misfits(expression: str, field_at: FieldAt, options_at: OptionsAt) -> Iterator[str]:
    """One sentence for each equality of an expression that cannot be, and each date that is none."""
    pairs = [*_EQUAL.findall(expression)]
    pairs += [(path, item) for path, items in _AMONG.findall(expression) for item in _ITEM.findall(items)]
    for path, literal in pairs:
        yield from _misfit(field_at(path), options_at(path), path, literal)
    for path in _DATES.findall(expression):
        field = field_at(path)
        if field and field.type is not FieldType.DATE:
            yield f"表达式把 {path} 当作日期，而它的类型是 {field.type}，请改正"


def _misfit(field: Field | None, options: tuple[str, ...] | None, path: str, literal: str) -> Iterator[str]:
    text = literal[1:-1] if literal[0] in "'\"" else None
    if options is not None:
        if text not in options:
            yield f"表达式把 {path} 与 {literal} 比较，可选只有 {'、'.join(options)}，请核对拼写"
    elif field is not None:
        kind, given = _KINDS.get(field.type, "text"), _kind(literal)
        if kind != given:
            yield f"表达式把 {path}（{_WORDS[kind]}）与 {literal}（{_WORDS[given]}）比较，永远不相等，请改正"


def _kind(literal: str) -> str:
    if literal[0] in "'\"":
        return "text"
    return "boolean" if literal in {"true", "false"} else "number"
