"""YAML and JSON texts read strictly: no alias, no repeated key, no surprise; a mistake is one sentence with file and line."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from miaoban.canonical import JsonError, parse
from miaoban.catalogue.errors import CatalogueError
from miaoban.catalogue.spelling import meant
from miaoban.catalogue.strict_yaml import QUOTE, UnwelcomeError, values
from miaoban.catalogue.texts import LONGEST, check_text
from miaoban.models import Frozen

Model = TypeVar("Model", bound=Frozen)

_SHAPES: Final[Mapping[str, str]] = {
    "tuple_type": "列表（- 一项一行，或者 [甲, 乙]）",
    "mapping_type": "“名称: 内容”的形式",
    "model_type": "“名称: 内容”的形式",
    "int_type": "整数",
    "int_parsing": "整数",
    "float_type": "数字",
    "float_parsing": "数字",
    "bool_type": "true 或 false",
    "bool_parsing": "true 或 false",
}
_BOUNDS: Final[Mapping[str, str]] = {
    "string_too_short": "至少 {min_length} 个字",
    "string_too_long": "最多 {max_length} 个字",
    "too_short": "至少 {min_length} 项",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
}


def document_of(name: str, text: str) -> dict[str, Any]:
    """The mapping that a YAML text is, or a JSON text where the name ends so; raises CatalogueError."""
    check_text(name, text)
    try:
        document = values(text)
        if name.endswith(".json"):
            document = parse(text, 4 * LONGEST)
    except yaml.YAMLError as error:
        raise _syntax(name, text, error) from error
    except JsonError as error:
        raise CatalogueError(str(error).removesuffix("。"), name) from error
    if not isinstance(document, dict):
        raise CatalogueError("最外层应当是“名称: 内容”的形式，请核对", name, line=1)
    return document


def _syntax(name: str, text: str, error: yaml.YAMLError) -> CatalogueError:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else None
    problem = getattr(error, "problem", None) or "含有不允许的字符"
    if isinstance(error, UnwelcomeError):
        return CatalogueError(problem, name, line=line)
    written = text.splitlines()[line - 1 : line] if line else []
    cure = "请把制表符改为空格" if "\t" in "".join(written) else "请核对缩进和引号"
    return CatalogueError(f"不是正确的{' JSON' if name.endswith('.json') else ' YAML'}（{problem}），{cure}", name, line=line)


def model_of(
    model: type[Model],
    document: Mapping[str, Any],
    name: str,
    places: Mapping[str, str] | None = None,
    above: tuple[str, ...] = (),
) -> Model:
    """The model that a document is; raises CatalogueError.

    `places` names the file of each outermost key; `above` leads to the document where it is a part of its file.
    """
    try:
        return model.model_validate(document)
    except ValidationError as error:
        faults = error.errors(include_input=False)
        first = min(faults, key=lambda found: _fault(model, found)[1])
        files = [(places or {}).get(str(fault["loc"][0]), name) if fault["loc"] else name for fault in faults]
        file = files[faults.index(first)]
        words = (*above, *map(str, first["loc"]))
        missing = _missing_with(first, [fault for fault, place in zip(faults, files, strict=True) if place == file])
        named = "、".join((".".join(words), *missing))
        raise CatalogueError(f"{named} {_fault(model, first)[0]}".strip(), file, words) from error


def _missing_with(first: ErrorDetails, faults: Iterable[ErrorDetails]) -> Iterator[str]:
    """What else is missing where something is, so that one sentence tells all of it."""
    for fault in faults if first["type"] == "missing" else ():
        if fault["type"] == "missing" and fault["loc"][:-1] == first["loc"][:-1] and fault["loc"] != first["loc"]:
            yield str(fault["loc"][-1])


def _fault(model: type[BaseModel], error: ErrorDetails) -> tuple[str, bool]:
    """What is wrong and its cure, and False when it is known what was meant, which is then told before anything else."""
    match error["type"]:
        case "missing":
            return "缺少这一项，请补上", True
        case "extra_forbidden":
            near = meant(str(error["loc"][-1]), _keys_at(model, error["loc"][:-1]))
            return f"没有这一项{near}，请删除或者核对拼写", not near
        case _:
            return f"的内容不对{_wrong(error)}", True


def _wrong(error: ErrorDetails) -> str:
    """What a value should have been."""
    kind, told = error["type"], error.get("ctx", {})
    match kind:
        case "literal_error" | "enum":
            return f"，只能是 {told['expected'].replace(' or ', '、').replace(', ', '、')}，请改正"
        case "string_type":
            return f"，{QUOTE}"
        case "value_error":
            return f"（{str(told['error']).rstrip('。')}），请核对"
    if kind in _BOUNDS:
        return f"，{_BOUNDS[kind].format(**told)}，请改正"
    return f"，应当是{_SHAPES[kind]}，请改正" if kind in _SHAPES else f"（{error['msg']}），请核对"


def _keys_at(model: type[BaseModel], steps: tuple[int | str, ...]) -> tuple[str, ...]:
    """The keys that a model takes at a place within it."""
    found = {model}
    for step in steps:
        inside = (_by_key(one).get(str(step)) for one in found)
        found = {part for kind in inside if kind is not None for part in _models(kind)} or found
    return tuple(key for one in found for key in _by_key(one))


def _by_key(model: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _models(kind: Any) -> Iterator[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    for inside in get_args(kind):
        yield from _models(inside)
