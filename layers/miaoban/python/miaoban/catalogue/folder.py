"""A matter's folder: its texts read into an edition, with one sentence for the first thing that is wrong."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from miaoban.catalogue.checking import check_edition
from miaoban.catalogue.checking_cycles import check_cycles
from miaoban.catalogue.checking_quality import check_references
from miaoban.catalogue.checking_regions import check_regions
from miaoban.catalogue.checking_sources import check_source
from miaoban.catalogue.documents import document_of, model_of
from miaoban.catalogue.errors import CatalogueError
from miaoban.catalogue.lines import located
from miaoban.catalogue.matter import Matter
from miaoban.catalogue.publication import Edition
from miaoban.catalogue.regions import Overlay
from miaoban.catalogue.source import Source
from miaoban.catalogue.spelling import meant
from miaoban.catalogue.table_files import read_tables
from miaoban.catalogue.table_findings import table_findings
from miaoban.catalogue.tables import ROOT

PARTS: Mapping[str, tuple[str, ...]] = {
    "matter.yaml": (),
    "form.yaml": ("fields",),
    "materials.yaml": ("questions", "records", "materials"),
    "conditions.yaml": ("conditions",),
}
"""The files of a folder, and what each must hold; the rest of a matter stands in the first."""


REGIONS = "regions/"
"""Where a folder keeps what its regions add, a file a region: `regions/211200.yaml`."""
TABLES = f"{ROOT}/"
"""Where a folder keeps its decision tables, a file a table: `tables/minimum_capital.json`."""
_FOLDERS = ("regions", ROOT)


def read_edition(texts: Mapping[str, str], sources: Mapping[str, str]) -> Edition:
    """Read a folder's texts, by name within it, with the texts of the sources, and check them; raises CatalogueError."""
    with placed({**sources, **texts}):
        return edition_from(texts, read_sources(sources))


def edition_from(texts: Mapping[str, str], known: Mapping[str, Source]) -> Edition:
    """Read a folder's texts with sources that are read already, and check them; raises CatalogueError."""
    with placed(texts):
        edition = _edition(texts, known)
        check_edition(edition)
        check_cycles(edition.matter)
        check_regions(edition.matter)
        for finding in table_findings(edition):
            raise CatalogueError(finding.sentence, finding.file, finding.words)
        return edition


def unchecked_edition(texts: Mapping[str, str], sources: Mapping[str, str]) -> Edition:
    """The edition as its texts have it, whatever its parts say of each other; raises CatalogueError."""
    with placed({**sources, **texts}):
        return _edition(texts, read_sources(sources))


def _edition(texts: Mapping[str, str], known: Mapping[str, Source]) -> Edition:
    _check_names(texts)
    document, places = _document(texts)
    parts = {"regions": _regions(texts), "tables": read_tables(texts)}
    matter = model_of(Matter, document | parts, "matter.yaml", places)
    for name, use in matter.records.items():
        if use.source not in known:
            sentence = f"没有数源 {use.source}{meant(use.source, known)}，请核对拼写，或者在 sources/ 中登记"
            raise CatalogueError(sentence, "materials.yaml", ("records", name, "source"))
    used = {use.source for use in matter.records.values()}
    return Edition(matter=matter, sources={code: known[code] for code in sorted(used)})


@contextmanager
def placed(texts: Mapping[str, str]) -> Iterator[None]:
    """Tell the line of what is wrong in texts."""
    try:
        yield
    except CatalogueError as error:
        raise located(error, texts) from error


def belongs(name: str) -> bool:
    """Whether a file, by its name within a matter's folder, is part of the matter itself."""
    folder, _, file = name.rpartition("/")
    suffix = {REGIONS: ".yaml", TABLES: ".json"}.get(f"{folder}/")
    return name in PARTS or (suffix is not None and file.endswith(suffix))


def _check_names(texts: Mapping[str, str]) -> None:
    for name in sorted(texts):
        if not belongs(name):
            raise CatalogueError(f"不是事项文件夹中的文件{meant(name, PARTS)}，请删除、移走或者改名", name)


def _document(texts: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The matter's document put together from the parts of its folder, and the file in which each key stands."""
    document: dict[str, Any] = {}
    places: dict[str, str] = {part: name for name, parts in PARTS.items() for part in parts}
    for name in PARTS:
        part = _part(name, texts)
        for key in part:
            if key in document:
                raise CatalogueError(f"{key} 在 {places[key]} 中已有，请只保留一处", name, (key,))
            if key in _FOLDERS:
                raise CatalogueError(f"{key} 写在 {key}/ 文件夹中，不写在这里，请移走", name, (key,))
        document |= part
        places |= dict.fromkeys(part, name)
    return document, places


def read_source(name: str, text: str) -> Source:
    """Read one source's text; raises CatalogueError."""
    with placed({name: text}):
        source = model_of(Source, document_of(name, text), name)
        check_source(name, source)
        return source


def _part(name: str, texts: Mapping[str, str]) -> dict[str, Any]:
    if name not in texts:
        raise CatalogueError("缺少这个文件，请按 docs/add-a-matter.md 补上", name)
    return document_of(name, texts[name])


def _regions(texts: Mapping[str, str]) -> dict[str, Overlay]:
    names = [name for name in sorted(texts) if name.startswith(REGIONS)]
    return {name.removeprefix(REGIONS).removesuffix(".yaml"): _overlay(name, texts[name]) for name in names}


def _overlay(name: str, text: str) -> Overlay:
    document = document_of(name, text)
    inherited = sorted(document.keys() & (Matter.model_fields.keys() - Overlay.model_fields.keys()))
    if inherited:
        raise CatalogueError(f"{inherited[0]} 各级统一，不能在区划文件中更改，请删除", name, inherited[:1])
    return model_of(Overlay, document, name)


def read_sources(texts: Mapping[str, str]) -> dict[str, Source]:
    """Read the texts of all sources, by code; raises CatalogueError for a code that comes twice, or what none of them has."""
    known: dict[str, Source] = {}
    with placed(texts):
        for name, text in texts.items():
            source = read_source(name, text)
            if source.code in known:
                raise CatalogueError(f"数源 {source.code} 已在另一个文件中登记，请换一个编码", name, ("code",))
            known[source.code] = source
        check_references(dict(zip(texts, known.values(), strict=True)))
    return known
