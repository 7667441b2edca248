"""YAML in one pass: the same values as the safe loader, and nothing of what is not ours to take."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.generated import Catalogue, Size
from miaoban.catalogue.strict_yaml import DEEPEST, values
from miaoban.text import hidden
from tests import kit
from tools.folders import texts_of

TEXTS = [
    *kit.source_texts().values(),
    *texts_of(kit.ROOT / "matters" / kit.GRAIN).values(),
    *(text for _, texts in Catalogue(Size(3, 9, 20, 20, 20)).folders() for text in texts.values()),
    "a: [1, 1.5, 0x1f, 1_000, true, no, ~, null, 2026-03-02, 2026-03-02T10:00:00Z, '1', \"true\", plain]",
    "a: |\n  two\n  lines\nb: >-\n  folded\n  words\n",
    "- {a: 1}\n- [x, [y]]\n",
    "just a text",
    "",
    "# only a comment\n",
]

SHOWN = st.text().filter(lambda text: not hidden(text))
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.dates() | SHOWN
DOCUMENTS = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(SHOWN, inner), max_leaves=20)

REFUSED = [
    ("a: &x 1\nb: *x\n", "不允许使用别名", 1, "an alias"),
    ("a: &x [1]\n*x : 2\n", "不允许使用别名", 1, "an alias as a key"),
    ("a: 1\nb: 2\na: 3\n", "重复的键 a", 2, "a key twice"),
    ("a: 1\n2: x\n", "键应当是文字", 1, "a number as a key"),
    ("? [a, b]\n: 1\n", "键应当是文字", 0, "a list as a key"),
    ("<<: {a: 1}\n", "键应当是文字", 0, "a merge"),
    ("a: <<\n", "加引号写成文字", 0, "a merge as a value"),
    ("a: 2026-02-30\n", "有不存在的日期", 0, "a day that is none"),
    ("a: !!python/name:os.system x\n", "不允许使用标签", 0, "a tag that makes objects"),
    ("a: !!set {b}\n", "不允许使用标签", 0, "a tag on a collection"),
    ("a: 1\n---\nb: 2\n", "只能有一份文档", 1, "two documents"),
    ("a: " + "[" * DEEPEST + "]" * DEEPEST, "嵌套过深", 0, "nesting that no reader follows"),
    ('a: "\\u200b"\n', "有看不见的字符", 0, "an escaped character that nobody sees"),
    ('"a\\u202e": 1\n', "有看不见的字符", 0, "the same in a key"),
    ("[" * 100_000, "嵌套过深", 0, "nesting that no stack carries"),
]


@pytest.mark.parametrize("text", TEXTS)
def test_values_are_those_of_the_safe_loader(text: str) -> None:
    assert values(text) == yaml.load(text, Loader=yaml.CSafeLoader)


@given(DOCUMENTS)
def test_what_was_written_is_read(document: Any) -> None:
    assert values(yaml.dump(document, Dumper=_NoAliases)) == document


class _NoAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


@pytest.mark.parametrize(("text", "problem", "line", "reason"), REFUSED, ids=[row[-1] for row in REFUSED])
def test_what_is_refused(text: str, problem: str, line: int, reason: str) -> None:
    with pytest.raises(yaml.MarkedYAMLError) as refused:
        values(text)
    assert problem in str(refused.value.problem), reason
    assert refused.value.problem_mark is not None
    assert refused.value.problem_mark.line == line
