"""What the lineage figures measure, each in a process of its own: `compile` a city's catalogue, `load` one matter.

Usage: python -m benchmarks.lineage_work compile | load FILE; prints one line of JSON.
"""

import gc
import json
import resource
import statistics
import sys
import time
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path

from pydantic import TypeAdapter

from benchmarks.generated import SHENYANG, Catalogue
from miaoban.catalogue.answers import situations_of
from miaoban.catalogue.compiled import Compiled, compile_edition
from miaoban.catalogue.folder import edition_from, read_sources
from miaoban.catalogue.lineage import ASKABLE, Lineage, node_of
from miaoban.catalogue.nodes import Dependent
from miaoban.catalogue.publication import Edition, Published

_ANSWER = TypeAdapter(tuple[Dependent, ...])


def main(words: list[str]) -> None:
    """Do one piece of work and print its figures."""
    match words:
        case ["load", file]:
            print(json.dumps(load(Path(file).read_text(encoding="utf-8"))))
        case _:
            print(json.dumps(compile_city()))


def compile_city() -> Mapping[str, float]:
    """From folder texts to the graph: seconds and megabytes; then questions to it: milliseconds."""
    gc.set_threshold(50_000, 20, 100)  # nearly all that is made is kept, so looking for garbage finds none
    catalogue = Catalogue(SHENYANG)
    sources, folders = catalogue.sources, list(catalogue.folders())
    started = time.perf_counter(), time.process_time()
    counts = {"matters": 0, "situations": 0}
    lineage = Lineage.build(_compiled(sources, folders, counts))
    wall, processor = time.perf_counter() - started[0], time.process_time() - started[1]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    characters = sum(len(text) for _, texts in folders for text in texts.values()) + sum(map(len, sources.values()))
    told = {"wall_s": wall, "processor_s": processor, "peak_mb": peak, "characters": characters}
    return {**counts, **told, **_questions(lineage)}


def _compiled(
    sources: Mapping[str, str], folders: list[tuple[str, Mapping[str, str]]], counts: dict[str, int]
) -> Iterator[Compiled]:
    known = read_sources(sources)
    for _, texts in folders:
        compiled = compile_edition(edition_from(texts, known))
        counts["matters"] += 1
        counts["situations"] += len(compiled.plans)
        yield compiled


def _questions(lineage: Lineage) -> Mapping[str, float]:
    """Ask for every source, field and material, and write each answer out whole."""
    times, most = [], 0
    for text in (f"{kind}:{key}" for kind in ASKABLE for key in lineage.keys(kind)):
        started = time.perf_counter_ns()
        found = lineage.dependents(node_of(text))
        _ANSWER.dump_json(found)
        times.append((time.perf_counter_ns() - started) / 1e6)
        most = max(most, len(found))
    cuts = statistics.quantiles(times, n=100)
    return {"questions": len(times), "p50_ms": cuts[49], "p99_ms": cuts[98], "worst_ms": max(times), "most": most}


def load(text: str) -> Mapping[str, float]:
    """From the stored text to an edition in force with the form of its first situation; processor milliseconds.

    The process has started as a function does: what is made with `operations.editions` is part of a cold start.
    """
    import_module("miaoban.operations.editions")
    started = time.process_time_ns()
    edition = Edition.read(text)
    published = Published(edition=edition, version=1, digest=edition.digest)
    published.situation(situations_of(edition.matter)[0])
    return {"load_ms": (time.process_time_ns() - started) / 1e6}


if __name__ == "__main__":
    main(sys.argv[1:])
