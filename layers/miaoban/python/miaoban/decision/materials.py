"""Materials judged: no decision rests on a file that has not been scanned, or that may not be used for it."""

from collections.abc import Mapping
from typing import Final

from miaoban.catalogue.condition import Effect
from miaoban.catalogue.matter import Matter
from miaoban.decision.facts import Facts
from miaoban.decision.verdict import Truth, Verdict
from miaoban.evidence.record import State
from miaoban.evidence.upload import Uploaded

SCANNING: Final = "材料查验"
"""What a case waits for while a file is not scanned."""
REASONS: Final[Mapping[str, str]] = {
    "absent": "没有上传",
    "awaited": "还没有传到或者正在查验",
    "malware": "查出恶意程序",
    "mismatch": "收到的内容与申报的大小或者摘要不一致",
    "type": "内容不是申报的文件类型",
    "purpose": "上传时没有同意用于本事项的这项材料",
    "expired": "已经过了有效期",
}
CURE: Final = "请重新上传这份材料"


def unready(matter: Matter, facts: Facts) -> tuple[Verdict, ...]:
    """A verdict for each file that the form names and that cannot be used (correct), or not yet (wait)."""
    uploads = facts.uploads or {}
    return tuple(_verdict(matter, code, one) for code, one in uploads.items() if one.state is not State.HELD)


def says(label: str, uploaded: Uploaded) -> str:
    """What is wrong with a file, to the applicant."""
    return f"“{label}”{REASONS[uploaded.why or 'absent']}"


def _verdict(matter: Matter, code: str, uploaded: Uploaded) -> Verdict:
    label, open_ = matter.fields[code].label, uploaded.state is State.UNKNOWN
    return Verdict(
        condition=f"form.{code}",
        basis=matter.basis,
        truth=Truth.UNKNOWN if open_ else Truth.FALSE,
        effect=None if open_ else Effect.CORRECT,
        missing=(SCANNING,) if open_ else (),
        title=f"{label}可以使用",
        says=f"{says(label, uploaded)}。",
        cure="查验通过后自动继续办理，不需要操作。" if open_ else f"{CURE}。",
    )
