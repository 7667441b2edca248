"""Publish the matters: read each folder, check it, and put it in force in the deployed catalogue.

Usage: python -m tools.publish [MATTER ...]
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from miaoban.catalogue.errors import CatalogueError
from miaoban.catalogue.publication import Published
from miaoban.operations.editions import publish
from tools.deployment import services
from tools.folders import MATTERS, editions_of, folders


def publish_all(chosen: list[Path]) -> list[Published]:
    """Publish some folders, once all of them are read; what is in force already stays as it is. Raises FoldersError."""
    editions, now = editions_of(chosen), datetime.now(UTC)
    return [publish(services(), edition, now) for edition in editions]


def main(names: list[str]) -> int:
    """Publish the named matters, or all."""
    chosen = [MATTERS / name for name in names] or folders()
    missing = [folder.name for folder in chosen if not folder.is_dir()]
    if missing:
        print(f"matters/ 下没有 {'、'.join(missing)}，请核对名称")
        return 2
    try:
        for published in publish_all(chosen):
            print(f"{published.matter.name}：第 {published.version} 版已生效，{published.digest[:19]}…")
    except CatalogueError as error:
        print(f"没有发布：{error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
