"""A matter's folder: its YAML texts read into an edition, with one sentence for the first thing that is wrong."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from miaoban.catalogue.errors import CatalogueError, ExpressionError
from miaoban.catalogue.expressions import compiled, paths
from miaoban.catalogue.matter import Condition, Effect, Matter
from miaoban.catalogue.publication import Edition
from miaoban.evidence.source import Source
from miaoban.models import Frozen

Model = TypeVar("Model", bound=Frozen)

PARTS = ("matter.yaml", "form.yaml", "materials.yaml", "conditions.yaml")
OWN = frozenset({"form", "situation", "applicant", "organ", "held", "today"})
LONGEST = 1_000_000


def read_edition(texts: Mapping[str, str], sources: Mapping[str, str]) -> Edition:
    """Read a folder's texts, by file name, with the texts of the sources; raises CatalogueError."""
    document: dict[str, Any] = {}
    for name in PARTS:
        if name not in texts:
            raise CatalogueError(f"{name}：缺少这个文件，请按 docs/add-a-matter.md 补上")
        document |= _mapping(name, texts[name])
    matter = _model(Matter, document, "matter.yaml")
    used = {use.source for use in matter.records.values()}
    known = {source.code: source for source in (read_source(name, text) for name, text in sources.items())}
    if used - known.keys():
        raise CatalogueError(f"materials.yaml：没有数源 {'、'.join(sorted(used - known.keys()))}，请在 sources/ 中登记")
    edition = Edition(matter=matter, sources={code: known[code] for code in sorted(used)})
    check_edition(edition)
    return edition


def read_source(name: str, text: str) -> Source:
    """Read one source's text; raises CatalogueError."""
    return _model(Source, _mapping(name, text), name)


def check_edition(edition: Edition) -> None:
    """Check what the models cannot see: expressions compile, name what exists, and need what they name."""
    matter = edition.matter
    for condition in matter.conditions:
        _check_condition(edition, condition)
    for when in _whens(matter):
        _check_expression("conditions.yaml", when)
        _check_known(edition, when, [path for path in paths(when) if not path.startswith("situation.")], "只能引用 situation")


def _whens(matter: Matter) -> Iterable[str]:
    parts = (matter.fields.values(), matter.questions.values(), matter.materials.values(), matter.conditions)
    return (part.when for group in parts for part in group if part.when)


def _check_condition(edition: Edition, condition: Condition) -> None:
    if (condition.holds is None) == (not condition.matches):
        raise CatalogueError(f"conditions.yaml：{condition.id} 应当有 holds 或者 matches，且只有一个")
    if condition.otherwise is Effect.REFUSE and edition.matter.nature == "filing" and not condition.basis.article:
        raise CatalogueError(f"conditions.yaml：{condition.id} 备案不得无据拒绝，请写明条款")
    named = _names(condition)
    unknown = [path for path in named if not _exists(edition, path)]
    _check_known(edition, condition.id, unknown, "没有这个字段或数源字段，请核对拼写")
    unneeded = [path for path in named if not _needed(path, condition)]
    _check_known(edition, condition.id, unneeded, "没有列入 needs，缺数据时会被误判，请补上")


def _names(condition: Condition) -> list[str]:
    if condition.holds is not None:
        _check_expression("conditions.yaml", condition.holds)
        return [*paths(condition.holds), *condition.needs]
    return [*condition.needs, *(path for match in condition.matches for path in (match.declared, match.held))]


def _check_expression(name: str, expression: str) -> None:
    try:
        compiled(expression)
    except ExpressionError as error:
        raise CatalogueError(f"{name}：{error}") from error


def _check_known(_: Edition, where: str, wrong: Iterable[str], cure: str) -> None:
    for path in wrong:
        raise CatalogueError(f"conditions.yaml：{where} 中的 {path} {cure}")


def _exists(edition: Edition, path: str) -> bool:
    root, _, rest = path.partition(".")
    matter = edition.matter
    if root == "form":
        return rest in matter.fields
    if root == "situation":
        return rest in matter.questions
    if root in matter.records:
        use = matter.records[root]
        return rest == "present" or rest in edition.sources[use.source].kinds[use.kind].fields
    return root in OWN


def _needed(path: str, condition: Condition) -> bool:
    root = path.partition(".")[0]
    return root in OWN or path in condition.needs or f"{root}.present" in condition.needs


def _mapping(name: str, text: str) -> dict[str, Any]:
    if len(text) > LONGEST:
        raise CatalogueError(f"{name}：超过 {LONGEST} 字，请拆分")
    try:
        document = yaml.load(text, Loader=StrictLoader)  # noqa: S506 (StrictLoader is a SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"第 {mark.line + 1} 行" if mark else ""
        raise CatalogueError(
            f"{name}：{line}不是正确的 YAML（{getattr(error, 'problem', error)}），请核对缩进和引号"
        ) from error
    if not isinstance(document, dict):
        raise CatalogueError(f"{name}：最外层应当是“名称: 内容”的形式")
    return document


class StrictLoader(yaml.SafeLoader):
    """A safe loader that refuses aliases and repeated keys."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Refuse an alias before it is expanded."""
        if self.check_event(yaml.AliasEvent):
            raise yaml.constructor.ConstructorError(None, None, "不允许使用别名", parent.start_mark if parent else None)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        """Refuse a key that is already there."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"重复的键 {key.value}", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _model(model: type[Model], document: Mapping[str, Any], name: str) -> Model:
    try:
        return model.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        raise CatalogueError(f"{name}：{place} {first['msg']}，请核对") from error
