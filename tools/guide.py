"""What the folders of this repository become for people: a matter's guide in a region, and the five public lists.

Usage: python -m tools.guide MATTER REGION | python -m tools.guide lists [FOLDER]
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from miaoban.catalogue.errors import CatalogueError
from miaoban.catalogue.guidance import guide_of
from miaoban.catalogue.lists import LISTS, PublicList, rows_of
from miaoban.catalogue.markdown import markdown, table
from miaoban.catalogue.publication import Edition
from miaoban.identifiers import IdentifierError
from tools.folders import MATTERS, editions_of, folders
from tools.lineage import unknown


def main(words: Sequence[str]) -> int:
    """Print what is asked for, or write the lists into a folder; 1 with a sentence for what is wrong."""
    try:
        match words:
            case ["lists"]:
                print("\n".join(pages().values()))
            case ["lists", folder]:
                write(Path(folder))
            case [matter, region]:
                print(markdown(guide_of(edition_named(matter), region)), end="")
            case _:
                print("请写明事项和区划，如 make guide MATTER=grain-purchase-filing REGION=211281")
                return 1
    except (CatalogueError, IdentifierError) as error:
        print(error)
        return 1
    return 0


def edition_named(matter: str) -> Edition:
    """A matter of this repository; raises CatalogueError."""
    names = {folder.name for folder in folders()}
    if matter not in names:
        raise unknown(matter, "事项", names)
    return editions_of([MATTERS / matter])[0]


def pages() -> dict[str, str]:
    """The five lists as Markdown, by file name."""
    editions = editions_of(folders())
    return {f"{listed.code}.md": page(listed, editions) for listed in LISTS.values()}


def page(listed: PublicList, editions: Sequence[Edition]) -> str:
    """A list as a page of Markdown."""
    return "\n".join([f"# {listed.title}", "", *table(listed.columns, rows_of(listed, editions)), ""])


def write(folder: Path) -> None:
    """Write the lists."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")
        print(f"已写入 {folder / name}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
