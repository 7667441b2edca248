"""Releasing by the tools: the verbs of stewards with the developer's own rights, and a release told in lines of text."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from miaoban.catalogue.publication import Edition, Pointer
from miaoban.catalogue.release import Release
from miaoban.catalogue.releasing import WORDS
from miaoban.decision.shadow import UNKNOWN, Otherwise, Shadow
from miaoban.operations import keys
from miaoban.operations.activating import read_release
from miaoban.operations.astray import NONE, Beside
from miaoban.operations.once import Once
from miaoban.operations.releases import Drafting, confirm, draft, propose
from miaoban.operations.services import Services
from miaoban.operations.shadowing import ShadowStep, impact_of, run_shadow
from tools.folders import Content

KEY_LETTERS: Final = 20
SHOWN: Final = 20
"""Decisions of a shadow run that are named on the terminal; the API names all."""


class Stewards(NamedTuple):
    """Who proposes and who confirms; not the same person."""

    proposer: str = "steward-1"
    confirmer: str = "steward-2"


def in_force(services: Services, edition: Edition) -> bool:
    """Whether exactly this content is in force."""
    key = keys.pointer(edition.matter.code)
    item = services.store.read([key]).get(key)
    pointer = Pointer.read(item.body) if item else None
    return pointer is not None and pointer.digest == edition.digest and pointer.retired is None


def drafted(
    services: Services, content: Content, by: str, effective_from: datetime | None = None, beside: Beside = NONE
) -> Release:
    """Draft and check a content, beside the matters that are published with it."""
    edition, examples = content
    drafting = Drafting(edition=edition, examples=examples, effective_from=effective_from)
    return Release.model_validate(draft(services, drafting, by, _once(services, by), beside))


def published(services: Services, release: Release, stewards: Stewards, beside: Beside = NONE) -> Release:
    """Propose and confirm a release, after a shadow run; raises ReleaseRefusedError with all findings, FourEyesError."""
    propose(services, release.id, stewards.proposer, _once(services, stewards.proposer), _anybody)
    if read_release(services, release.id).shadow is None:
        shadowed(services, release, stewards.confirmer)
    done = confirm(services, release.id, stewards.confirmer, _once(services, stewards.confirmer), _anybody, beside)
    return Release.model_validate(done)


def _once(services: Services, by: str) -> Once:
    return Once(services, f"subject:{by}", services.new_id(KEY_LETTERS), {})


def _anybody(_: Release) -> None:
    """Whoever reaches the tables with the developer's rights has passed already; four eyes are kept below."""


def shadowed(services: Services, release: Release, by: str) -> Shadow:
    """The whole shadow run, page by page; the release keeps what it came to."""
    pages: list[ShadowStep] = []
    while not pages or pages[-1].more:
        step = run_shadow(services, release.id, by, _once(services, by), _anybody)
        pages.append(ShadowStep.model_validate(step))
    tally, differing = pages[-1].tally, tuple(one for page in pages for one in page.differing)
    decided = tally.examined - tally.erased
    return Shadow(receipts=decided, same=tally.same, differing=differing, erased=tally.erased)


def told(services: Services, release: Release, places: Mapping[str, str] | None = None) -> Iterator[str]:
    """A draft in lines: what refuses it, or what it changes and what would come out otherwise.

    `places` are the sentences of findings with their lines, which only who has the texts can tell.
    """
    yield f"{release.name}（{release.matter}）：{WORDS[release.stage]}，发布编号 {release.id}，{release.digest[:19]}…"
    if release.findings:
        for finding in release.findings:
            yield refusal(finding.code, f"{release.matter}/{(places or {}).get(finding.says, finding.says)}")
        return
    yield f"  检查：{release.examples} 个示例全部相符，没有发现问题"
    yield from (f"  影响：{line}" for line in impact_of(services, release).lines)
    yield from _shadow_lines(shadowed(services, release, release.drafted_by))


def refusal(code: str, says: str) -> str:
    """One thing that refuses a release, as a line."""
    return f"  拒绝 [{code}] {says}"


def _shadow_lines(shadow: Shadow) -> Iterator[str]:
    if not shadow.receipts and not shadow.erased:
        yield "  影子运行：还没有办理过，没有回执可比"
        return
    reasons = len(shadow.differing) - shadow.otherwise - shadow.unknown
    erased = f"，另有 {shadow.erased} 份已按保存期限删除，不能再比" if shadow.erased else ""
    yield (
        f"  影子运行：{shadow.receipts} 份回执，{shadow.otherwise} 份结果不同，"
        f"{reasons} 份结果相同而理由不同，{shadow.unknown} 份无法判断{erased}"
    )
    yield from (f"    {_one(one)}" for one in shadow.differing[:SHOWN])
    if len(shadow.differing) > SHOWN:
        yield f"    另有 {len(shadow.differing) - SHOWN} 份，见 POST /v1/releases/{{release}}/shadow 的各页"


def _one(one: Otherwise) -> str:
    why = f"缺少 {'、'.join(one.lacks)}" if one.new == UNKNOWN else f"条件 {'、'.join(one.conditions)}"
    return f"{one.case}：{one.old} → {one.new}（{why}）"
