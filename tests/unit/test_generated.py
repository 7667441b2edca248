"""Made-up catalogues: the same every time, exactly as many of each layer as asked for, and passed by every check."""

import pytest

from benchmarks.generated import SHENYANG, Catalogue, Size
from miaoban.catalogue.answers import situations_of
from miaoban.catalogue.publication import Edition

SIZES = [
    (Size(1, 1, 1, 1, 1), "one of everything"),
    (Size(20, 20, 10, 15, 10), "no questions, fewer things than matters"),
    (Size(28, 85, 26, 47, 73), "a hundredth of Shenyang"),
    (Size(10, 30, 200, 300, 90), "many things a matter"),
]


@pytest.mark.parametrize(("size", "reason"), SIZES, ids=[row[-1] for row in SIZES])
def test_there_is_exactly_what_was_asked_for(size: Size, reason: str) -> None:
    catalogue = Catalogue(size)
    editions = list(catalogue.editions())
    assert (len(editions), len(catalogue.sources)) == (size.matters, size.sources), reason
    assert sum(len(situations_of(edition.matter)) for edition in editions) == size.situations
    assert len({part.name for edition in editions for part in edition.matter.materials.values()}) == size.materials
    assert len({use.source for edition in editions for use in edition.matter.records.values()}) == size.sources
    assert len({code for edition in editions for code in _dealt(edition)}) == size.fields


def _dealt(edition: Edition) -> list[str]:
    return [code for code in edition.matter.fields if code.startswith("field_")]


def test_the_same_seed_makes_the_same_texts_and_another_seed_others() -> None:
    first, again, other = (list(Catalogue(SIZES[2][0], seed).folders()) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_some_things_are_used_by_most_and_most_by_few() -> None:
    size = Size(100, 300, 90, 160, 260)
    matters = [edition.matter for edition in Catalogue(size).editions()]
    uses = [
        sum(any(use.source == f"source-{n:05}" for use in matter.records.values()) for matter in matters) for n in range(260)
    ]
    assert max(uses) > 30
    assert sorted(uses)[len(uses) // 2] == 1


def test_shenyang_is_as_the_founding_documents_count_it() -> None:
    assert Size(matters=2_851, situations=8_539, materials=2_611, fields=4_772, sources=7_383) == SHENYANG
