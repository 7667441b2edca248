"""Material names governed: a name is merged into a standard when it is the same name, and else only offered to a steward.

What may be merged is data (`standards/materials.yaml`): aliases, the modifiers that are peeled, and the guards that keep
apart what looks alike. Every answer says how it was found.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import Field as Declared
from pydantic import StringConstraints

from miaoban.catalogue.guarding import Code, Guard, Marks, Words
from miaoban.catalogue.stripping import LONGEST, Modifiers, Stripper, outside, skeleton
from miaoban.models import Frozen

EXACT: Final = 100.0
"""The score of the same name; merging asks for no less."""
TAIL: Final = 80.0
"""The score of a name that ends in another, for a Chinese name ends in what it names."""


class Standard(Frozen):
    """A standard material (标准材料): its names, whose it is, and the source kind (`source/kind`) that spares it.

    `kinds` are aliases that say which kind it is; `satisfied_by` makes it a group, of which one suffices; `unsure` is what
    a steward has yet to confirm.
    """

    name: str
    class_: Literal["government", "own", "third-party"] = Declared(alias="class")
    aliases: Words = ()
    kinds: Mapping[Code, Words] = {}
    source: Annotated[str, StringConstraints(pattern=r"^[a-z-]+/[a-z-]+$")] | None = None
    issuer: str | None = None
    held_in: str | None = None
    satisfied_by: tuple[Code, ...] = ()
    unsure: str | None = None

    def names(self) -> Iterator[tuple[str, str | None]]:
        """Every name, with the kind that it says."""
        yield from ((name, None) for name in (self.name, *self.aliases))
        yield from ((name, kind) for kind, names in self.kinds.items() for name in names)


class Named(NamedTuple):
    """The standard of a name: the form that was looked up, what was left of it, and what the modifiers said, by axis."""

    code: str
    name: str
    kind: str | None
    attributes: Mapping[str, tuple[str, ...]]
    method: Literal["alias", "stripped"]
    normal: str
    stem: str
    score: float = EXACT
    threshold: float = EXACT


class Suggestion(NamedTuple):
    """A standard that a name may mean: the alias that it is most like, and which of its forms was compared.

    `excluded` says which guard keeps it from being offered, and is None for what is offered.
    """

    code: str
    name: str
    alias: str
    form: str
    score: float
    threshold: float
    excluded: str | None = None
    method: Literal["same", "similar"] = "similar"


class Standards(Frozen):
    """The standards, the modifiers and the guards, as read; what is derived from them is made on first use."""

    threshold: Annotated[float, Declared(ge=0, le=100)]
    modifiers: Modifiers
    standards: Mapping[Code, Standard]
    guards: tuple[Guard, ...] = ()

    def match(self, name: str) -> Named | None:
        """The standard of which this is a name, once modifiers are peeled; the fewest peeled count, and a tie is no answer.

        Raises `TextError` for characters that hide or reorder text.
        """
        if len(name) > LONGEST:
            return None
        normal = skeleton(name)
        for level in self._levels(name, normal):
            if found := [(stem, words) for stem, words in level.items() if stem in self._aliases]:
                return self._merged(name, normal, found)
        return None

    def suggest(self, name: str, limit: int = 5) -> tuple[Suggestion, ...]:
        """The standards most like a name, best first, none across a guard; for a steward, who decides.

        A name that matches has one answer, and nothing else is offered beside it.
        """
        if len(name) > LONGEST:
            return ()
        if same := self.match(name):
            return (Suggestion(same.code, same.name, same.stem, same.stem, EXACT, self.threshold, method="same"),)
        return tuple(one for one in self.ranked(name) if one.excluded is None)[:limit]

    def ranked(self, name: str) -> tuple[Suggestion, ...]:
        """Every standard like enough to a name, best first, with those that a guard excludes."""
        best: dict[str, tuple[float, str, str]] = {}
        for form in self._forms(name):
            for alias, score in self._alike(form):
                code = self._aliases[alias][0]
                best[code] = max(best.get(code, (0.0, "", "")), (score, alias, form))
        said = self._stripper.unissued(name)
        order = sorted(best.items(), key=lambda item: (-item[1][0], item[0]))
        return tuple(self._suggestion(code, said, *found) for code, found in order)

    def forbids(self, code: str, name: str) -> str | None:
        """Why a guard keeps this from being a name of a standard; who issued it is not held against it."""
        return self._marks.against(code, self._stripper.unissued(name))

    @cached_property
    def _stripper(self) -> Stripper:
        return Stripper(self.modifiers)

    @cached_property
    def _aliases(self) -> dict[str, tuple[str, str | None]]:
        every = ((code, *named) for code, standard in self.standards.items() for named in standard.names())
        return {skeleton(name): (code, kind) for code, name, kind in every}

    @cached_property
    def _marks(self) -> Marks:
        return Marks(self.guards)

    def _levels(self, name: str, normal: str) -> Iterator[Mapping[str, tuple[str, ...]]]:
        """The whole name, then the levels of the name without its remarks, without its issuer only, and of the whole."""
        yield {normal: ()}
        for form in dict.fromkeys((self._stripper.unremarked(name), self._stripper.unissued(name), normal)):
            yield from self._stripper.levels(form)

    def _forms(self, name: str) -> Iterable[str]:
        """The forms of a name that are compared: whole, without remarks, without brackets, and each peeled to the end."""
        whole = (skeleton(name), self._stripper.unremarked(name), outside(name))
        return {*whole, *(stem for form in whole for stem in [*self._stripper.levels(form)][-1]), ""} - {""}

    def _alike(self, form: str) -> Iterator[tuple[str, float]]:
        from rapidfuzz import fuzz, process  # noqa: PLC0415  40 ms that only a steward's question needs

        for alias, score, _ in process.extract(
            form, self._aliases.keys(), scorer=fuzz.ratio, score_cutoff=self.threshold, limit=None
        ):
            yield alias, score
        tail = next((form[n:] for n in range(1, len(form)) if form[n:] in self._aliases), None)
        if tail and self.threshold <= TAIL:
            yield tail, TAIL

    def _merged(self, name: str, normal: str, found: list[tuple[str, tuple[str, ...]]]) -> Named | None:
        """The standard of the forms that are names, unless they are of two, or a guard says no."""
        codes = {self._aliases[stem][0] for stem, _ in found}
        stem, words = found[0]
        code, kind = self._aliases[stem]
        if len(codes) > 1 or self.forbids(code, name):
            return None
        method: Literal["alias", "stripped"] = "alias" if stem == normal else "stripped"
        return Named(code, self.standards[code].name, kind, self._stripper.attributes(words), method, normal, stem)

    def _suggestion(self, code: str, said: str, score: float, alias: str, form: str) -> Suggestion:
        excluded = self._marks.against(code, said)
        return Suggestion(code, self.standards[code].name, alias, form, round(score, 1), self.threshold, excluded)
