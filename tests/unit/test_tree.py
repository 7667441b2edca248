"""The digest tree: whatever differs is found, nothing else is, and in few exchanges."""

from collections.abc import Mapping, Sequence
from math import ceil, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from miaoban.ledger.tree import SMALL, Node, Tree, compare

ENTRIES = {f"211281-20260302-{number:08}#0001": f"sha256:{number:064}" for number in range(3000)}
SETS = st.dictionaries(st.text(min_size=1, max_size=6), st.sampled_from(["sha256:1", "sha256:2"]), max_size=60)


class Other:
    """The other side, which counts what it is asked."""

    def __init__(self, entries: Mapping[str, str]) -> None:
        self.tree = Tree(entries)
        self.asked: list[int] = []

    def __call__(self, prefixes: Sequence[str]) -> Mapping[str, Node]:
        self.asked.append(len(prefixes))
        return {prefix: self.tree.node(prefix) for prefix in prefixes}


def test_equal_sets_are_known_by_one_exchange() -> None:
    other = Other(dict(reversed(ENTRIES.items())))
    found = compare(Tree(ENTRIES), other)
    assert (found.missing, found.altered, found.beyond, found.exchanges) == ((), (), (), 1)


@pytest.mark.parametrize("number", [0, 1499, 2999])
def test_one_that_is_missing_is_found_along_one_path(number: int) -> None:
    gone = f"211281-20260302-{number:08}#0001"
    other = Other({id_: digest for id_, digest in ENTRIES.items() if id_ != gone})
    found = compare(Tree(ENTRIES), other)
    assert (found.missing, found.altered, found.beyond) == ((gone,), (), ())
    assert found.exchanges <= 2 + ceil(log(len(ENTRIES) / SMALL, 16))
    assert max(other.asked) == 1


def test_what_differs_is_told_apart() -> None:
    theirs = {**ENTRIES, "more#0001": "sha256:m", "211281-20260302-00000007#0001": "sha256:other"}
    del theirs["211281-20260302-00000009#0001"]
    found = compare(Tree(ENTRIES), Other(theirs))
    assert found.missing == ("211281-20260302-00000009#0001",)
    assert found.altered == ("211281-20260302-00000007#0001",)
    assert found.beyond == ("more#0001",)


SIZES = [(0, 0), (0, 1), (1, 0), (SMALL, SMALL + 1), (SMALL + 1, SMALL), (3000, 0), (0, 3000)]


@pytest.mark.parametrize(("ours", "theirs"), SIZES)
def test_sets_of_any_two_sizes_are_compared(ours: int, theirs: int) -> None:
    some = list(ENTRIES.items())
    found = compare(Tree(dict(some[:ours])), Other(dict(some[:theirs])))
    assert len(found.missing) == max(ours - theirs, 0)
    assert len(found.beyond) == max(theirs - ours, 0)


@given(SETS, SETS)
def test_exactly_the_difference_is_found(ours: dict[str, str], theirs: dict[str, str]) -> None:
    found = compare(Tree(ours), Other(theirs))
    assert set(found.missing) == ours.keys() - theirs.keys()
    assert set(found.beyond) == theirs.keys() - ours.keys()
    assert set(found.altered) == {id_ for id_ in ours.keys() & theirs.keys() if ours[id_] != theirs[id_]}
