"""The figures as rows: what was measured, against what, the budget, and whether it holds; as text and as docs/benchmarks.md."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from benchmarks import calls, cold, data, decision, handler, importing, lineage, naming, peer_ratio
from benchmarks.machine import Machine
from benchmarks.row import Row
from miaoban.catalogue.compiled import Burden
from tools.folders import ROOT

DOCUMENT: Final = ROOT / "docs" / "benchmarks.md"
METHOD: Final = ROOT / "benchmarks" / "method.md"


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything that one run measured."""

    machine: Machine
    calls: calls.CallFigures
    handler: handler.HandlerFigures
    decision: decision.DecisionFigures
    cold: tuple[cold.ColdFigures, ...]
    peer: peer_ratio.PeerRatio
    lineage: lineage.LineageFigures
    importing: importing.ImportFigures
    naming: naming.NamingFigures
    data: data.DataFigures


def rows(figures: Figures) -> list[Row]:
    """The report's lines, budgets first."""
    return [
        *_calls(figures.calls),
        *_handler(figures.handler),
        *map(_cold, figures.cold),
        *_decision(figures.decision),
        *_peer(figures.peer),
        *_lineage(figures.lineage),
        *_import(figures.importing),
        *_naming(figures.naming),
        *data.rows(figures.data),
    ]


def _calls(found: calls.CallFigures) -> list[Row]:
    def row(name: str, made: tuple[str, ...], budget: int | None) -> Row:
        told = f"at most {budget}" if budget else ""
        return Row(f"AWS calls, {name}", ", ".join(made), "", str(len(made)), told, len(made) <= budget if budget else None)

    return [row("warm", found.warm, calls.BUDGET), row("first request of a process", found.cold, None)]


def _handler(found: handler.HandlerFigures) -> list[Row]:
    whole, bare, ours = (cost.median_ms for cost in (found.handler, found.bare, found.ours))
    return [
        _ratio("handler, per approval", whole, "same calls, bare boto3", bare, handler.BUDGET),
        _ratio("the same", whole, "same calls, as the adapters make them", ours),
    ]


def _cold(found: cold.ColdFigures) -> Row:
    clients = ", ".join(cold.CLIENTS[found.function])
    return _ratio(f"cold start, {found.function}", found.entry_ms, f"bare clients ({clients})", found.clients_ms, cold.BUDGET)


def _decision(found: decision.DecisionFigures) -> list[Row]:
    least, budget = found.whole.least_ms, decision.BUDGET_MS
    parts = f"form {found.form.least_ms:.2f}, policy {found.policy.least_ms:.2f}, ruling {found.ruling.least_ms:.2f}"
    median = f"median {found.whole.median_ms:.2f} ms"
    return [Row("decision alone", f"{parts}; {median}", "", f"{least:.2f} ms", f"at most {budget} ms", least <= budget)]


def _peer(found: peer_ratio.PeerRatio) -> list[Row]:
    ours, peer = found.ours_per_core_second, found.peer_per_core_second
    usual = f"the usual build's: {peer:.0f}"
    return [
        _ratio("approval, application only", found.ours_ms, "the usual build (ORM)", found.peer_ms, peer_ratio.BUDGET),
        _ratio("the same", found.ours_ms, "the same, hand-tuned SQL", found.tuned_ms),
        Row("approvals per second of one core", f"{ours:.0f}", usual, f"{ours / peer:.2f} x", "", None),
    ]


def _import(found: importing.ImportFigures) -> list[Row]:
    wrong = found.lost + found.doubled + found.miscounted
    told = f"{found.lost} lost, {found.doubled} doubled, {found.miscounted} miscounted"
    killed = f"{found.items:,} guide items, worker killed {found.kills} times"
    pace = f"at most {found.chunk_mb:.1f} MB beside the store for a chunk"
    searched = f"p50 {found.search_p50_ms:.1f} ms; first in a county {found.first_search_ms:.0f} ms"
    return [
        Row("import", killed, "", told, "none", wrong == 0),
        Row("import, items per second of one core", pace, "", f"{found.per_second:,.0f}", "", None),
        Row("search of a county and above, p99", searched, "", f"{found.search_p99_ms:.1f} ms", "", None),
    ]


def _lineage(found: lineage.LineageFigures) -> list[Row]:
    city = found.city
    size = f"{city['matters']} matters, {city['situations']} situations, {city['characters'] / 1e6:.1f} M characters"
    asked = f"{city['questions']} questions, median {city['p50_ms']:.2f} ms, worst {city['worst_ms']:.1f} ms"
    burdens = found.burdens.items()
    return [
        _limit("a city's catalogue compiled", size, city["processor_s"], lineage.COMPILE_S, "s"),
        _limit("the same, memory at the peak", f"{city['wall_s']:.1f} s by the clock", city["peak_mb"], lineage.PEAK_MB, "MB"),
        _limit("impact question, 99 of 100", asked, city["p99_ms"], lineage.QUESTION_MS, "ms"),
        _limit("a matter loaded cold", found.slowest, found.load_ms, lineage.LOAD_MS, "ms"),
        *(Row(f"materials of {name}", _ways(asks), "", f"{asks.before} → {asks.after}", "", None) for name, asks in burdens),
    ]


def _ways(asks: Burden) -> str:
    return f"spared {asks.spared}, in the form {asks.carried}, handed in {asks.handed}, later {asks.later}"


def _limit(figure: str, measured: str, found: float, budget: float, unit: str) -> Row:
    return Row(figure, measured, "", f"{found:.2f} {unit}", f"at most {budget} {unit}", found <= budget)


def _naming(found: naming.NamingFigures) -> list[Row]:
    parts = (found.seen, found.held_out, found.guides)
    precision, merged = min(part.match.precision for part in parts), sum(part.merged for part in parts)
    budget, right = f"precision at least {naming.PRECISION}", precision >= naming.PRECISION
    costs = f"match {found.match.median_ms * 1000:.1f} us, suggest {found.suggest.median_ms * 1000:.1f} us"
    return [
        Row("names, merged", *_told(found, lambda part: part.match), f"{precision:.3f}", budget, right),
        Row("names, merged though forbidden", *_told(found, lambda part: part.merged), str(merged), "0", merged == 0),
        Row("names, first suggestion", *_told(found, lambda part: part.first), "", "", None),
        Row("names, first three", *_told(found, lambda part: part.three), "", "", None),
        Row("the same, where none was merged", *_told(found, lambda part: part.left), "", "", None),
        Row("names, suggested though forbidden", *_told(found, lambda part: part.offered), "", "", None),
        Row("one name", costs, "", "", "", None),
    ]


def _told(found: naming.NamingFigures, what: Callable[[naming.Scores], object]) -> tuple[str, str]:
    """What the rows got that were seen, and what those held out got, ours and the guides'."""
    seen, ours, guides = (f"{what(part)} ({part.rows} rows)" for part in (found.seen, found.held_out, found.guides))
    return seen, f"held out: {ours}; guides not read before: {guides}"


def _ratio(figure: str, ours: float, baseline: str, theirs: float, budget: float | None = None) -> Row:
    ratio = ours / theirs
    told, met = ("", None) if budget is None else (f"at most {budget} x", ratio <= budget)
    return Row(figure, f"{ours:.2f} ms", f"{baseline}: {theirs:.2f} ms", f"{ratio:.2f} x", told, met)


def heading(machine: Machine) -> str:
    """The machine in one sentence."""
    pace = machine.yardstick
    return (
        f"{machine.processor}, {machine.cores} cores, Python {machine.python}; ten thousand additions took "
        f"{pace.least_ms:.2f} ms at best and {pace.median_ms:.2f} ms in the median."
    )


def text(figures: Figures) -> str:
    """The report for a terminal."""
    lines = [heading(figures.machine), ""]
    for row in rows(figures):
        lines.append(f"{row.verdict:5} {row.figure}: {row.result}" + (f" ({row.budget})" if row.budget else ""))
        lines.append(f"      {row.measured}" + (f" | {row.baseline}" if row.baseline else ""))
    return "\n".join(lines)


def document(figures: Figures) -> str:
    """The report as a page of the documentation."""
    titles = ("figure", "measured", "baseline", "result", "budget", "")
    told = [(row.figure, row.measured, row.baseline, row.result, row.budget, row.verdict) for row in rows(figures)]
    table = "\n".join(f"| {' | '.join(line)} |" for line in (titles, ("---",) * len(titles), *told))
    usage = "`make bench` measures all of this in one run; `python -m benchmarks --write` rewrites this page."
    parts = ("# Benchmarks", usage, f"Machine: {heading(figures.machine)}", table, METHOD.read_text(encoding="utf-8"))
    return "\n\n".join(parts)
