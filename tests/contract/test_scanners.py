"""Scanners: the fake, and ClamAV's protocol against a simulated daemon with every fault."""

from collections.abc import Iterator

import pytest

from examples.scanner import EICAR, Clamd, Fault
from miaoban.memory import MemoryScanner
from miaoban.ports import Scanner, UnavailableError
from miaoban.web.clamd import ClamdScanner


@pytest.fixture
def clamd() -> Iterator[Clamd]:
    with Clamd() as listening:
        yield listening


@pytest.fixture(params=["memory", "clamd"])
def scanner(request: pytest.FixtureRequest, clamd: Clamd) -> Scanner:
    return MemoryScanner() if request.param == "memory" else ClamdScanner(f"127.0.0.1:{clamd.port}")


FILES = [
    ([b"%PDF-1.7"], None, "clean"),
    ([b""], None, "empty"),
    ([b"x" * 1_000_000] * 20, None, "large"),
    ([EICAR], "Eicar-Test-Signature", "malware"),
    ([b"%PDF-1.7 ", EICAR[:10], EICAR[10:]], "Eicar-Test-Signature", "malware across parts"),
]


@pytest.mark.parametrize(("parts", "found", "reason"), FILES, ids=[row[-1] for row in FILES])
def test_what_is_found(scanner: Scanner, parts: list[bytes], found: str | None, reason: str) -> None:
    assert scanner.scan(iter(parts)) == found, reason


@pytest.mark.parametrize("fault", ["closes", "error", "hangs"])
def test_a_scanner_that_does_not_say_is_never_taken_for_clean(clamd: Clamd, fault: Fault) -> None:
    clamd.fault = fault
    with pytest.raises(UnavailableError):
        ClamdScanner(f"127.0.0.1:{clamd.port}", seconds=0.3).scan([b"%PDF-1.7"])
    clamd.fault = None
    assert ClamdScanner(f"127.0.0.1:{clamd.port}").scan([b"%PDF-1.7"]) is None


@pytest.mark.parametrize("address", ["", "localhost", "127.0.0.1:clamd", "127.0.0.1:1"])
def test_without_a_scanner_nothing_is_known(address: str) -> None:
    with pytest.raises(UnavailableError):
        ClamdScanner(address).scan([b"%PDF-1.7"])


def test_an_empty_part_does_not_end_the_file(clamd: Clamd) -> None:
    scanner = ClamdScanner(f"127.0.0.1:{clamd.port}")
    assert scanner.scan([b"%PDF", b"", EICAR]) == "Eicar-Test-Signature"
