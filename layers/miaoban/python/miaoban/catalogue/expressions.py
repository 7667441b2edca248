"""Expressions of matters, in the ZEN language: compiled once, given only the values that they name."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import zen

from miaoban.catalogue.errors import ExpressionError

_TEXTS = re.compile(r"'[^']*'|\"[^\"]*\"")
_PATHS = re.compile(r"(?<![\w.#])(?:\$root\.)?([^\W\d]\w*(?:\.\w+)*)(?![\w.])(?!\s*\()")
_ASSIGNMENT = re.compile(r"(?<![=!<>])=(?!=)")
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


@lru_cache(maxsize=4096)
def assigns(expression: str) -> bool:
    """Whether a single `=` stands in the expression, which the language takes, and which nobody here can mean."""
    return _ASSIGNMENT.search(_TEXTS.sub("''", expression)) is not None


def holds(expression: str, roots: Mapping[str, Any]) -> bool:
    """Whether the expression is true of the facts; raises ExpressionError when it answers neither true nor false."""
    return _told(expression, _evaluated(expression, roots))


def all_hold(expressions: tuple[str, ...], roots: Mapping[str, Any]) -> tuple[bool, ...]:
    """Whether each expression is true of the facts, asked at once; raises ExpressionError when any of them does not say."""
    answers: list[bool] = _evaluated(_together(expressions), roots)
    if not set(map(type, answers)) <= {bool}:
        for expression, answer in zip(expressions, answers, strict=True):
            _told(expression, answer)
    return tuple(answers)


@lru_cache(maxsize=4096)
def _together(expressions: tuple[str, ...]) -> str:
    return f"[{', '.join(f'({expression})' for expression in expressions)}]"


def _evaluated(expression: str, roots: Mapping[str, Any]) -> Any:
    try:
        return compiled(expression).evaluate(_named(expression, roots))
    except RuntimeError as error:
        raise ExpressionError(f"表达式 {expression} 不能在这些事实上求值") from error


def _told(expression: str, answer: Any) -> bool:
    if not isinstance(answer, bool):
        raise ExpressionError(f"表达式 {expression} 的结果不是“是”或“否”")
    return answer


def value_at(roots: Mapping[str, Any], path: str) -> Any:
    """The value at a path such as `enterprise.name`, or None."""
    value: Any = roots
    for word in _words(path):
        if type(value) is not dict and not isinstance(value, Mapping):  # the second alone takes five times as long
            return None
        value = value.get(word)
    return value


@lru_cache(maxsize=4096)
def _words(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


def _named(expression: str, roots: Mapping[str, Any]) -> dict[str, Any]:
    context: dict[str, Any] = {}
    for root, words in _asked(expression):
        held = roots.get(root)
        if words and (type(held) is dict or isinstance(held, Mapping)):
            context[root] = {word: held.get(word) for word in words}
        else:
            context[root] = {} if words else held
    return context


@lru_cache(maxsize=4096)
def _asked(expression: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The roots that an expression names, each with the words that it asks of it; with none where it asks for the whole."""
    asked: dict[str, list[str]] = {}
    for root, *words in map(_words, paths(expression)):
        asked.setdefault(root, []).append(words[0] if words else "")
    return tuple((root, () if "" in words else tuple(dict.fromkeys(words))) for root, words in asked.items())
