"""A matter's folder: its YAML texts read into an edition, with one sentence for the first thing that is wrong."""

from collections.abc import Mapping
from typing import Any

from miaoban.catalogue.checking import check_edition
from miaoban.catalogue.checking_regions import check_regions
from miaoban.catalogue.documents import document_of, model_of
from miaoban.catalogue.errors import CatalogueError
from miaoban.catalogue.matter import Matter
from miaoban.catalogue.publication import Edition
from miaoban.catalogue.regions import Overlay
from miaoban.catalogue.source import Source

PARTS: Mapping[str, tuple[str, ...]] = {
    "matter.yaml": (),
    "form.yaml": ("fields",),
    "materials.yaml": ("questions", "records", "materials"),
    "conditions.yaml": ("conditions",),
}
"""The files of a folder, and what each must hold; the rest of a matter stands in the first."""


REGIONS = "regions/"
"""Where a folder keeps what its regions add, a file a region: `regions/211200.yaml`."""


def read_edition(texts: Mapping[str, str], sources: Mapping[str, str]) -> Edition:
    """Read a folder's texts, by name within it, with the texts of the sources; raises CatalogueError."""
    return edition_from(texts, read_sources(sources))


def edition_from(texts: Mapping[str, str], known: Mapping[str, Source]) -> Edition:
    """Read a folder's texts with sources that are read already; raises CatalogueError."""
    document: dict[str, Any] = {}
    places: dict[str, str] = {part: name for name, parts in PARTS.items() for part in parts}
    for name in PARTS:
        part = _part(name, texts)
        twice = sorted(document.keys() & part.keys())
        if twice:
            raise CatalogueError(f"{name}：{twice[0]} 在 {places[twice[0]]} 中已有，请只保留一处")
        document |= part
        places |= dict.fromkeys(part, name)
    matter = model_of(Matter, document | {"regions": _regions(texts)}, "matter.yaml", places)
    used = {use.source for use in matter.records.values()}
    unknown = sorted(source for source in used if source not in known)
    if unknown:
        raise CatalogueError(f"materials.yaml：没有数源 {'、'.join(unknown)}，请在 sources/ 中登记")
    edition = Edition(matter=matter, sources={code: known[code] for code in sorted(used)})
    check_edition(edition)
    check_regions(edition.matter)
    return edition


def read_source(name: str, text: str) -> Source:
    """Read one source's text; raises CatalogueError."""
    source = model_of(Source, document_of(name, text), name)
    for code, kind in source.kinds.items():
        loose = [key for key in kind.key if key not in kind.fields or not kind.fields[key].required]
        if loose or not kind.key:
            raise CatalogueError(f"{name}：{code} 的 key {'、'.join(loose)} 应当是必填字段，请核对")
    return source


def _part(name: str, texts: Mapping[str, str]) -> dict[str, Any]:
    if name not in texts:
        raise CatalogueError(f"{name}：缺少这个文件，请按 docs/add-a-matter.md 补上")
    return document_of(name, texts[name])


def _regions(texts: Mapping[str, str]) -> dict[str, Overlay]:
    names = [name for name in sorted(texts) if name.startswith(REGIONS)]
    return {name.removeprefix(REGIONS).removesuffix(".yaml"): _overlay(name, texts[name]) for name in names}


def _overlay(name: str, text: str) -> Overlay:
    document = document_of(name, text)
    inherited = sorted(document.keys() & (Matter.model_fields.keys() - Overlay.model_fields.keys()))
    if inherited:
        raise CatalogueError(f"{name}：{inherited[0]} 各级统一，不能在区划文件中更改，请删除")
    return model_of(Overlay, document, name)


def read_sources(texts: Mapping[str, str]) -> dict[str, Source]:
    """Read the texts of all sources, by code; raises CatalogueError for a code that comes twice."""
    known: dict[str, Source] = {}
    for name, text in texts.items():
        source = read_source(name, text)
        if source.code in known:
            raise CatalogueError(f"{name}：数源 {source.code} 已在另一个文件中登记，请换一个编码")
        known[source.code] = source
    return known
