"""Expressions of matters, in the ZEN language: compiled once, given only the values that they name."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import zen

from miaoban.catalogue.errors import ExpressionError

_TEXTS = re.compile(r"'[^']*'|\"[^\"]*\"")
_PATHS = re.compile(r"(?<![\w.#])(?:\$root\.)?([^\W\d]\w*(?:\.\w+)*)(?![\w.])(?!\s*\()")
_WORDS = frozenset({"and", "or", "not", "in", "true", "false", "null"})


@lru_cache(maxsize=4096)
def compiled(expression: str) -> Any:
    """The compiled expression; raises ExpressionError when it does not parse."""
    try:
        return zen.compile_expression(expression)
    except RuntimeError as error:
        raise ExpressionError(f"表达式 {expression} 无法编译，请检查写法") from error


@lru_cache(maxsize=4096)
def paths(expression: str) -> tuple[str, ...]:
    """The paths that an expression names, such as `enterprise.status`."""
    bare = _TEXTS.sub("''", expression)
    return tuple(sorted({path for path in _PATHS.findall(bare) if path not in _WORDS}))


def holds(expression: str, roots: Mapping[str, Any]) -> bool:
    """Whether the expression is true of the facts; raises ExpressionError when it answers neither true nor false."""
    try:
        answer = compiled(expression).evaluate(_named(paths(expression), roots))
    except RuntimeError as error:
        raise ExpressionError(f"表达式 {expression} 不能在这些事实上求值") from error
    if not isinstance(answer, bool):
        raise ExpressionError(f"表达式 {expression} 的结果不是“是”或“否”")
    return answer


def value_at(roots: Mapping[str, Any], path: str) -> Any:
    """The value at a path such as `enterprise.name`, or None."""
    root, _, rest = path.partition(".")
    value = roots.get(root)
    for word in rest.split(".") if rest else ():
        value = value.get(word) if isinstance(value, Mapping) else None
    return value


def _named(named: tuple[str, ...], roots: Mapping[str, Any]) -> dict[str, Any]:
    context: dict[str, Any] = {}
    for path in named:
        root, _, rest = path.partition(".")
        if rest:
            context.setdefault(root, {})[rest] = value_at(roots, path)
        else:
            context[root] = roots.get(root)
    return context
