"""The matters and sources of this repository, read from their folders."""

from pathlib import Path

from miaoban.catalogue.folder import read_edition
from miaoban.catalogue.publication import Edition

ROOT = Path(__file__).parent.parent
MATTERS, SOURCES = ROOT / "matters", ROOT / "sources"


def texts_of(folder: Path) -> dict[str, str]:
    """The YAML texts of a folder and of its `regions/`, by name within it."""
    paths = sorted([*folder.glob("*.yaml"), *folder.glob("regions/*.yaml")])
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def edition_of(folder: Path) -> Edition:
    """A matter's folder as an edition; raises CatalogueError."""
    return read_edition(texts_of(folder), texts_of(SOURCES))


def folders() -> list[Path]:
    """Every matter's folder."""
    return sorted(path.parent for path in MATTERS.glob("*/matter.yaml"))
