"""The matters and sources of this repository, read from their folders: all of them before anything is done with one."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from miaoban.catalogue.checking_between import faults_between
from miaoban.catalogue.documents import document_of
from miaoban.catalogue.errors import CatalogueError
from miaoban.catalogue.folder import belongs, read_edition, read_source, read_sources, unchecked_edition
from miaoban.catalogue.lines import line_of, located
from miaoban.catalogue.matter import Matter
from miaoban.catalogue.publication import Edition
from miaoban.catalogue.texts import LONGEST, decoded
from miaoban.decision.checks import places
from miaoban.decision.example import Example
from miaoban.decision.examples import read_examples

Read = TypeVar("Read")
Content = tuple[Edition, Mapping[str, Example]]

ROOT = Path(__file__).parent.parent
MATTERS, SOURCES = ROOT / "matters", ROOT / "sources"

_MOST_BYTES = 4 * LONGEST
_BESIDE = ("examples/*.yaml", "licence.typ")
"""What a matter's folder holds besides the matter itself."""


class FoldersError(CatalogueError):
    """Raised when folders are wrong: one sentence a folder, each naming file, line and cure."""

    def __init__(self, sentences: Iterable[str]) -> None:
        self.sentences = tuple(sentences)
        super().__init__("\n".join(self.sentences))


def texts_of(folder: Path) -> dict[str, str]:
    """The texts of a folder, of its `regions/` and of its `tables/`, by name within it; raises CatalogueError."""
    paths = sorted([*folder.glob("*.yaml"), *folder.glob("regions/*.yaml"), *folder.glob("tables/*.json")])
    return {path.relative_to(folder).as_posix(): _text(path.relative_to(folder).as_posix(), path) for path in paths}


def _text(name: str, path: Path) -> str:
    """A file's text, with its line ends as they are; of one that is far too long, only enough to say so."""
    if path.is_symlink() or not path.is_file():
        raise CatalogueError("不是普通文件（链接或者文件夹），请换成文件本身", name)
    with path.open("rb") as file:
        data = file.read(_MOST_BYTES + 1)
    return data.decode(errors="replace") if len(data) > _MOST_BYTES else decoded(name, data)


def sources_of(own: Path | None = None) -> dict[str, str]:
    """The texts of all sources by file name; a file of an installation's own folder takes the place of one of the house."""
    return {name: _text(name, path) for name, path in _source_files(own).items()}


def _source_files(own: Path | None) -> dict[str, Path]:
    return {path.name: path for folder in (SOURCES, own) if folder for path in sorted(folder.glob("*.yaml"))}


def edition_of(folder: Path, own: Path | None = None) -> Edition:
    """A matter's folder as an edition, with an installation's own sources if it has some; raises CatalogueError."""
    _check_files(folder)
    return read_edition(texts_of(folder), sources_of(own))


def _check_files(folder: Path) -> None:
    """Refuse what does not belong into a matter's folder, for it may be a misspelt name that nobody would miss."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_symlink():
            raise CatalogueError("是链接，不是文件，请换成文件本身", name.as_posix())
        beside = any(name.match(pattern) for pattern in _BESIDE)
        if not path.is_dir() and not belongs(name.as_posix()) and not beside:
            raise CatalogueError("不是事项文件夹中的文件，请删除、移走或者改名", name.as_posix())


def editions_of(chosen: Iterable[Path], own: Path | None = None) -> list[Edition]:
    """The editions of folders, every one read and checked before any is given back; raises FoldersError with all sentences."""
    return _all(list(chosen), lambda folder: edition_of(folder, own), own, lambda edition: edition)


def contents_of(chosen: Iterable[Path], own: Path | None = None) -> list[Content]:
    """What folders hold as releases take it, every one read before any is given back; raises FoldersError.

    Editions are not checked here: a release tells all its findings.
    """
    return _all(list(chosen), lambda folder: content_of(folder, own), own, lambda content: content[0])


def _all(chosen: list[Path], read: Callable[[Path], Read], own: Path | None, edition: Callable[[Read], Edition]) -> list[Read]:
    """Read every folder; basic codes and redirects are compared with the folders beside them too."""
    wrong = _wrong_sources(own)
    if not wrong:
        found, sentences = _tried(chosen, read)
        wrong = [*sentences, *_shared_codes(chosen)] or [*_astray(chosen, list(map(edition, found)), own)]
    if wrong:
        raise FoldersError(wrong)
    return found


def _wrong_sources(own: Path | None) -> list[str]:
    """A sentence for each source that is wrong by itself, or else for the first that is at odds with another."""
    files = _source_files(own)
    _, wrong = _tried(list(files.values()), lambda path: read_source(path.name, _text(path.name, path)), "sources")
    if not wrong:
        try:
            read_sources(sources_of(own))
        except CatalogueError as error:
            return [f"sources/{error}"]
    return wrong


def _tried(paths: list[Path], read: Callable[[Path], Read], place: str | None = None) -> tuple[list[Read], list[str]]:
    """What was read, and a sentence for each path that could not be."""
    found: list[Read] = []
    sentences: list[str] = []
    for path in paths:
        try:
            found.append(read(path))
        except CatalogueError as error:
            sentences.append(f"{place or path.name}/{error}")
    return found, sentences


def _shared_codes(chosen: list[Path]) -> Iterator[str]:
    """A sentence for each chosen folder whose code is not its name, or whose basic code another folder has too."""
    beside = sorted({path.parent for folder in chosen for path in folder.parent.glob("*/matter.yaml")})
    codes = {folder: _codes(folder) for folder in beside}
    for folder in chosen:
        code, basic, text = codes.get(folder, ("", "", ""))
        if code and code != folder.name:
            yield f"{_place(folder, text, 'code')}code 是 {code}，与文件夹的名称不同，请改为一致"
        twins = [other.name for other in beside if other != folder and basic and codes[other][1] == basic]
        if twins:
            yield f"{_place(folder, text, 'basic_code')}basic_code {basic} 与 {'、'.join(twins)} 相同，请改为各不相同"


def _astray(chosen: list[Path], editions: list[Edition], own: Path | None) -> Iterator[str]:
    """A sentence for each redirect of a chosen folder to a matter that is none of the folders, or to one that sends back."""
    matters: dict[str, Matter | None] = {edition.matter.code: edition.matter for edition in editions}

    def known(code: str) -> Matter | None:
        if code not in matters:
            matters[code] = _beside(chosen, code, own)
        return matters[code]

    for folder, edition in zip(chosen, editions, strict=True):
        for fault in faults_between(edition.matter, known):
            yield f"{folder.name}/{located(fault, texts_of(folder))}"


def _beside(chosen: list[Path], code: str, own: Path | None) -> Matter | None:
    """The matter of a folder beside the chosen ones; None where there is none, or where it cannot be read."""
    every = (path.parent for folder in chosen for path in folder.parent.glob("*/matter.yaml"))
    folder = next((other for other in every if other.name == code), None)
    try:
        return content_of(folder, own)[0].matter if folder else None
    except CatalogueError:
        return None


def _place(folder: Path, text: str, word: str) -> str:
    return f"{folder.name}/matter.yaml：第 {line_of(text, [word])} 行，"


def _codes(folder: Path) -> tuple[str, str, str]:
    """A folder's code, its basic code and the text that holds them; nothing when that cannot be read."""
    try:
        text = _text("matter.yaml", folder / "matter.yaml")
        document = document_of("matter.yaml", text)
    except CatalogueError:
        return "", "", ""
    return str(document.get("code", "")), str(document.get("basic_code", "")), text


def content_of(folder: Path, own: Path | None = None) -> Content:
    """A matter's folder as a release takes it, unchecked, with its examples; raises CatalogueError for what is unreadable."""
    _check_files(folder)
    return unchecked_edition(texts_of(folder), sources_of(own)), read_examples(texts_of(folder / "examples"))


def lines_of(folder: Path, edition: Edition, own: Path | None = None) -> dict[str, str]:
    """The sentences of what its checks find against a folder's edition, each with its line where that is known."""
    texts = {**sources_of(own), **texts_of(folder)}
    return {says: str(located(error, texts)) for says, error in places(edition).items()}


def folders() -> list[Path]:
    """Every matter's folder."""
    return sorted(path.parent for path in MATTERS.glob("*/matter.yaml"))
