"""What may be done to a release, and what then happened: guards first, events after."""

from collections.abc import Iterable
from datetime import datetime

from miaoban.catalogue.errors import FourEyesError, Problem, ReleaseRefusedError, ReleaseStateError, ShadowMissingError
from miaoban.catalogue.finding import Finding
from miaoban.catalogue.publication import Pointer
from miaoban.catalogue.release import (
    Activated,
    Checked,
    Confirmed,
    Drafted,
    Later,
    Proposed,
    Release,
    ReleaseEvent,
    Retired,
    Stage,
    Withdrawn,
)
from miaoban.catalogue.shadow_run import Shadowed, Tally

WORDS = {
    Stage.DRAFT: "草稿，检查未通过",
    Stage.CHECKED: "检查通过，待提出发布",
    Stage.PUBLISHED: "已发布，待生效",
    Stage.EFFECTIVE: "已生效",
    Stage.RETIRED: "已停用",
}
SUPERSEDED = "新版本生效"


def draft(drafted: Drafted, findings: Iterable[Finding], examples: int) -> tuple[ReleaseEvent, ...]:
    """Take a content and its checks; with findings it stays a draft."""
    return (drafted, Checked(at=drafted.at, findings=tuple(findings), examples=examples))


def propose(release: Release, by: str, pointer: Pointer | None, now: datetime) -> tuple[Later, ...]:
    """Propose to publish in place of what is in force; raises ReleaseStateError, or ReleaseRefusedError with all findings."""
    refuse(release.findings)
    if release.proposed:
        raise ReleaseStateError("这次发布已经有人提出，请由另一名事项管理员确认")
    _require(release, "提出发布", Stage.CHECKED)
    if pointer and pointer.digest == release.digest and pointer.retired is None:
        raise ReleaseStateError(f"内容与现行的第 {pointer.version} 版完全相同，无需发布")
    return (Proposed(at=now, by=by, base=_base(pointer)),)


def refuse(findings: Iterable[Finding]) -> None:
    """Raise ReleaseRefusedError with all findings, if there are any."""
    problems = [Problem(pointer="", code=found.code, message=found.says) for found in findings]
    if problems:
        raise ReleaseRefusedError(problems)


def may_be_tried(release: Release) -> None:
    """Raise ReleaseStateError unless a shadow run of the release still serves somebody who decides on it."""
    _require(release, "做影子运行", Stage.DRAFT, Stage.CHECKED, Stage.PUBLISHED)


def shadowed(release: Release, by: str, tally: Tally, base: int, now: datetime) -> tuple[Later, ...]:
    """Keep what a shadow run came to, which was made under the release's content in place of version `base`."""
    return (Shadowed(at=now, by=by, digest=release.digest, base=base, tally=tally),)


def confirm(release: Release, by: str, pointer: Pointer | None, now: datetime, *, decided: bool) -> tuple[Later, ...]:
    """Confirm as a second steward; takes effect at once when its date has come.

    `decided` tells whether the matter has decisions: then a shadow run over them must be kept with the release, and else it
    is kept that there were none. Raises FourEyesError, ReleaseStateError, ShadowMissingError.
    """
    _require(release, "确认发布", Stage.CHECKED)
    if not release.proposed:
        raise ReleaseStateError("这次发布还没有人提出，请先由一名事项管理员提出")
    if by == release.proposer:
        raise FourEyesError("提出发布的人不能确认，请由另一名事项管理员确认")
    if _base(pointer) != release.base:
        raise ReleaseStateError("提出之后本事项已有另一个版本生效，请撤回后按最新版本重新提出")
    confirmed = (*_nothing_decided(release, by, now, decided=decided), Confirmed(at=now, by=by))
    due = release.effective_from <= now
    return (*confirmed, Activated(at=now, version=_base(pointer) + 1)) if due else confirmed


def _nothing_decided(release: Release, by: str, now: datetime, *, decided: bool) -> tuple[Later, ...]:
    """The statement that there is nothing to decide again, unless it is kept already; raises ShadowMissingError."""
    run = release.shadow
    kept = run is not None and (run.digest, run.base) == (release.digest, release.base)
    if run is not None and kept and (run.tally.examined or not decided):
        return ()
    if decided:
        raise ShadowMissingError(
            "这次发布还没有按现行版本对以往的办件做影子运行，"
            "请先调用 POST /v1/releases/{release}/shadow，直到 more 为 false，核对结果后再确认"
        )
    return shadowed(release, by, Tally(), release.base or 0, now)


def withdraw(release: Release, by: str, reason: str, now: datetime) -> tuple[Later, ...]:
    """Take a proposal back, or a confirmation that has not taken effect."""
    if not release.proposed:
        _require(release, "撤回", Stage.PUBLISHED)
    return (Withdrawn(at=now, by=by, reason=reason),)


def activate(release: Release, pointer: Pointer | None, now: datetime) -> tuple[Later, ...]:
    """Let a published release take effect whose date has come; nothing happens to any other."""
    if release.stage is not Stage.PUBLISHED or release.effective_from > now:
        return ()
    return (Activated(at=now, version=_base(pointer) + 1),)


def supersede(release: Release, now: datetime) -> tuple[Later, ...]:
    """End a release because a later one takes its place; nothing happens to any that is not in force."""
    return (Retired(at=now, reason=SUPERSEDED),) if release.stage is Stage.EFFECTIVE else ()


def retire(release: Release, by: str, reason: str, now: datetime) -> tuple[Later, ...]:
    """End the release in force, and with it new applications."""
    _require(release, "停用", Stage.EFFECTIVE)
    return (Retired(at=now, by=by, reason=reason),)


def _base(pointer: Pointer | None) -> int:
    return pointer.version if pointer else 0


def _require(release: Release, what: str, *stages: Stage) -> None:
    if release.stage not in stages:
        raise ReleaseStateError(f"这次发布现在的状态是“{WORDS[release.stage]}”，不能{what}，请刷新后查看最新状态")
