"""What may be done to a release, and what then happened: guards first, events after."""

from collections.abc import Iterable
from datetime import datetime

from miaoban.catalogue.errors import FourEyesError, Problem, ReleaseRefusedError, ReleaseStateError
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


def confirm(release: Release, by: str, pointer: Pointer | None, now: datetime) -> tuple[Later, ...]:
    """Confirm as a second steward; takes effect at once when its date has come. Raises FourEyesError, ReleaseStateError."""
    _require(release, "确认发布", Stage.CHECKED)
    if not release.proposed:
        raise ReleaseStateError("这次发布还没有人提出，请先由一名事项管理员提出")
    if by == release.proposer:
        raise FourEyesError("提出发布的人不能确认，请由另一名事项管理员确认")
    if _base(pointer) != release.base:
        raise ReleaseStateError("提出之后本事项已有另一个版本生效，请撤回后按最新版本重新提出")
    confirmed = Confirmed(at=now, by=by)
    due = release.effective_from <= now
    return (confirmed, Activated(at=now, version=_base(pointer) + 1)) if due else (confirmed,)


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
