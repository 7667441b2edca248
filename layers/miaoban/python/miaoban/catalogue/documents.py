"""YAML texts read strictly: no alias, no repeated key, no surprise; every mistake is one sentence with file and line."""

from collections.abc import Mapping
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from miaoban.catalogue.errors import CatalogueError
from miaoban.catalogue.strict_yaml import values
from miaoban.models import Frozen

Model = TypeVar("Model", bound=Frozen)

LONGEST = 1_000_000
"""Characters of one text."""

_FAULTS = {"missing": "缺少这一项，请补上", "extra_forbidden": "没有这一项，请删除或者核对拼写"}


def document_of(name: str, text: str) -> dict[str, Any]:
    """The mapping that a YAML text is; raises CatalogueError."""
    if len(text) > LONGEST:
        raise CatalogueError(f"{name}：超过 {LONGEST} 字，请拆分")
    try:
        document = values(text)
    except yaml.YAMLError as error:
        problem = getattr(error, "problem", None) or "含有不允许的字符"
        raise CatalogueError(f"{name}：{_line(error)}不是正确的 YAML（{problem}），请核对缩进和引号") from error
    except ValueError as error:
        raise CatalogueError(f"{name}：有不存在的日期或者数字，请核对，或者加引号写成文字") from error
    if not isinstance(document, dict):
        raise CatalogueError(f"{name}：最外层应当是“名称: 内容”的形式，请核对")
    return document


def _line(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"第 {mark.line + 1} 行" if mark else ""


def model_of(model: type[Model], document: Mapping[str, Any], name: str, places: Mapping[str, str] | None = None) -> Model:
    """The model that a document is; `places` names the file of each outermost key. Raises CatalogueError."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        file = (places or {}).get(str(first["loc"][0]), name) if first["loc"] else name
        place = ".".join(str(step) for step in first["loc"])
        fault = _FAULTS.get(first["type"], f"的内容不对（{first['msg']}），请核对")
        raise CatalogueError(f"{file}：{place} {fault}") from error
