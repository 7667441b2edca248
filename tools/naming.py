"""Names: say which standard material a name stands for, or which ones a steward may choose from, and why.

Usage: python -m tools.naming NAME ...
       python -m tools.naming --file FILE      one name a line, or a matter's materials.yaml
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from miaoban.catalogue.documents import document_of
from miaoban.catalogue.errors import CatalogueError
from miaoban.catalogue.naming import Named, Standards, Suggestion
from miaoban.catalogue.standards import read_standards
from miaoban.text import TextError

STANDARDS = Path(__file__).parents[1] / "standards" / "materials.yaml"
EXCLUDED = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Explain some names: 0 each has a standard, 1 some have none, 2 there is nothing to explain or it cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m tools.naming", description="Find the standard of a material's name.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="a material's name")
    parser.add_argument("--file", type=Path, help="one name a line, or a matter's materials.yaml")
    chosen = parser.parse_args(arguments)
    try:
        names = [*chosen.names, *(names_of(chosen.file) if chosen.file else ())]
        if not names:
            print("用法：make names Q=材料名称，或者 make names FILE=文件（一行一个名称，或者事项的 materials.yaml）")
            return 2
        return explain(house_standards(), names)
    except (CatalogueError, TextError, OSError, UnicodeDecodeError) as error:
        print(f"无法读取：{error}")
        return 2


def house_standards() -> Standards:
    """The standards of this repository; raises CatalogueError, OSError and UnicodeDecodeError."""
    return read_standards(STANDARDS.name, STANDARDS.read_text(encoding="utf-8"))


def names_of(file: Path) -> list[str]:
    """The names in a file; raises CatalogueError for YAML that is none, and OSError and UnicodeDecodeError."""
    text = file.read_text(encoding="utf-8")
    if file.suffix not in {".yaml", ".yml"}:
        return [line.strip() for line in text.splitlines() if line.strip()]
    materials = document_of(file.name, text).get("materials")
    try:
        return [material["name"] for material in dict(materials or {}).values()]
    except (KeyError, TypeError, ValueError) as error:
        raise CatalogueError(f"{file.name}：materials 中应当每项都有 name，请核对") from error


def explain(standards: Standards, names: Sequence[str]) -> int:
    """Print what each name is; 1 when some name has no standard."""
    unknown = 0
    for name in names:
        named = standards.match(name)
        print("\n".join([told(name, named)] if named else asked(standards, name)))
        unknown += named is None
    if len(names) > 1:
        print(f"共 {len(names)} 个名称：{len(names) - unknown} 个有标准，{unknown} 个待管理员确认")
    return int(unknown > 0)


def told(name: str, named: Named) -> str:
    """A name that has a standard, in one line."""
    how = "同名" if named.method == "alias" else f"去掉修饰词后同名“{named.stem}”"
    kind = [f"kind: {named.kind}"] if named.kind else []
    said = [f"{axis}: {'+'.join(values)}" for axis, values in named.attributes.items()]
    return f"{name} → {named.name} {named.code}（{'，'.join([how, *kind, *said])}）"


def asked(standards: Standards, name: str) -> list[str]:
    """A name that has none, with what a steward may choose from and what a guard took away."""
    offered = standards.suggest(name)
    excluded = [one for one in standards.ranked(name) if one.excluded][:EXCLUDED]
    cure = "是其中一个，就把它写进那个标准的 aliases" if offered else "是新的材料，就立一个标准"
    return [
        f"{name} → 没有标准；请管理员确认，{cure}（standards/{STANDARDS.name}）",
        *(f"  {place}. {_like(one)}" for place, one in enumerate(offered, 1)),
        *(f"  不是 {one.name} {one.code}：{one.excluded}" for one in excluded),
    ]


def _like(one: Suggestion) -> str:
    return f"{one.name} {one.code}（“{one.form}”与“{one.alias}”相似 {one.score:.0f}，下限 {one.threshold:.0f}）"


if __name__ == "__main__":
    sys.exit(main())
