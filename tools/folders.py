"""The matters and sources of this repository, read from their folders."""

from collections.abc import Mapping
from pathlib import Path

from miaoban.catalogue.folder import read_edition, unchecked_edition
from miaoban.catalogue.publication import Edition
from miaoban.decision.example import Example
from miaoban.decision.examples import read_examples

ROOT = Path(__file__).parent.parent
MATTERS, SOURCES = ROOT / "matters", ROOT / "sources"


def texts_of(folder: Path) -> dict[str, str]:
    """The YAML texts of a folder and of its `regions/`, by name within it."""
    paths = sorted([*folder.glob("*.yaml"), *folder.glob("regions/*.yaml")])
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def edition_of(folder: Path) -> Edition:
    """A matter's folder as an edition; raises CatalogueError."""
    return read_edition(texts_of(folder), texts_of(SOURCES))


def content_of(folder: Path) -> tuple[Edition, Mapping[str, Example]]:
    """A matter's folder as a release takes it, unchecked, with its examples; raises CatalogueError for what is unreadable."""
    return unchecked_edition(texts_of(folder), texts_of(SOURCES)), read_examples(texts_of(folder / "examples"))


def folders() -> list[Path]:
    """Every matter's folder."""
    return sorted(path.parent for path in MATTERS.glob("*/matter.yaml"))
