"""Publish the matters: read each folder, check it, and put it in force in the deployed catalogue.

Usage: python -m tools.publish [MATTER ...]
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from miaoban.catalogue.errors import CatalogueError
from miaoban.catalogue.folder import read_edition
from miaoban.catalogue.publication import Edition, Published
from miaoban.operations.editions import publish
from tools.deployment import services

ROOT = Path(__file__).parent.parent
MATTERS, SOURCES = ROOT / "matters", ROOT / "sources"


def edition_of(folder: Path) -> Edition:
    """A matter's folder as an edition; raises CatalogueError."""
    sources = {path.name: path.read_text(encoding="utf-8") for path in sorted(SOURCES.glob("*.yaml"))}
    return read_edition({path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.yaml")}, sources)


def publish_all(folders: list[Path]) -> list[Published]:
    """Publish some folders; what is in force already stays as it is."""
    now = datetime.now(UTC)
    return [publish(services(), edition_of(folder), now) for folder in folders]


def main(names: list[str]) -> int:
    """Publish the named matters, or all."""
    folders = [MATTERS / name for name in names] or sorted(path for path in MATTERS.iterdir() if path.is_dir())
    missing = [folder.name for folder in folders if not folder.is_dir()]
    if missing:
        print(f"matters/ 下没有 {'、'.join(missing)}，请核对名称")
        return 2
    try:
        for published in publish_all(folders):
            print(f"{published.matter.name}：第 {published.version} 版已生效，{published.digest[:19]}…")
    except CatalogueError as error:
        print(f"没有发布：{error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
