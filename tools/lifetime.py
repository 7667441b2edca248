"""The story's rows of what takes time: a case that waits, a licence that changes and ends, and what stays provable."""

import base64
from typing import Any, Final

from miaoban.decision.replay import replay
from miaoban.licence.credential import verify
from tools.cast import REPRESENTATIVE, firm
from tools.client import Answer, until
from tools.stage import WORDS, Line, Stage, came_to, day_after, expect, line

BASE: Final = "法人基础信息库"
UNKNOWN: Final = ("C1", "C2", "C3", "C3-2", "C5", "C7")
"""The conditions that can not be judged without the base's record."""
DECISION: Final[dict[str, Any]] = {"approve": False, "reason": "经向登记机关核实，该企业尚未登记，请登记后再申请（示例）"}


def wait(stage: Stage) -> list[Line]:
    """Row 9: without a record a case waits, and goes on by itself when it comes, or to a person when the wait ends."""
    return [*_record_comes(stage), *_wait_ends(stage)]


def _record_comes(stage: Stage) -> list[Line]:
    unknown = firm(REPRESENTATIVE)
    waiting = stage.file(unknown.application())
    came_to(waiting, "waiting", *UNKNOWN)
    expect("等待的数源", waiting["waiting_for"], [BASE])
    stage.arrive(unknown.record())
    decided = stage.becomes(waiting["case"], "approved")
    licence = stage.licence(decided["licence"])
    return [
        line("9", "法人库没有这家企业的记录", waiting, f"等待{'、'.join(waiting['waiting_for'])}，数据到达后自动办理"),
        line("", "记录从部门队列到达", decided, "自动办结，申请人没有再做什么", licence),
    ]


def _wait_ends(stage: Stage) -> list[Line]:
    waiting = stage.file(firm(REPRESENTATIVE).application())
    came_to(waiting, "waiting", *UNKNOWN)
    said = _handed(stage, waiting)
    officer, task = stage.caller("officer"), waiting["case"]
    found = until(lambda: officer.pages("/v1/tasks"), lambda tasks: task in {one["task"] for one in tasks})
    expect("任务", next(one["kind"] for one in found if one["task"] == task), "review")
    handed = stage.applicant.get(f"/v1/cases/{task}")
    decided = officer.post(f"/v1/tasks/{task}/decision", DECISION)
    expect("人工决定", (decided["status"], decided["note"]), ("refused", DECISION["reason"]))
    return [
        line("", "另一件，到期仍没有记录", handed, said),
        line("", "审批人作出决定，并写明理由", decided, DECISION["reason"]),
    ]


def _handed(stage: Stage, waiting: Answer) -> str:
    """Let the wait end; beyond the published calendar nothing ends by itself, but the applicant may ask for a person."""
    deadline = waiting.body.get("deadline")
    if deadline is None:
        stage.applicant.post(f"/v1/cases/{waiting['case']}/transfer", {})
        return "工作日历尚未公布，不推算期限；申请人要求转人工"
    stage.watch(day_after(deadline))
    stage.becomes(waiting["case"], "reviewing")
    return f"等待期限 {deadline} 届满，转人工核查，审批人收到任务"


def change(stage: Stage) -> list[Line]:
    """Row 10: a new version supersedes the old one, and a cancelled licence verifies as such."""
    holder = stage.firm()
    first = stage.licence(_licence_of(stage.file(holder.application())))
    changed = stage.file(holder.change(warehouses=[holder.warehouse(code="2", address="调兵山市示例路 3 号")]))
    second = stage.licence(_licence_of(changed))
    old = stage.verified(first)
    expect("旧版验证结果", (old["status"], old["successor"]), ("superseded", second["number"]))
    cancelled = stage.file(holder.cancellation())
    expect("注销的证照", _licence_of(cancelled), second["number"])
    expect("注销后的验证结果", stage.verified(second)["status"], "cancelled")
    return [
        line("10", "变更仓房", changed, f"新版取代旧版；按旧编号验证：{WORDS[old['status']]}", second),
        line("", "停止收购，注销备案", cancelled, f"按编号验证：{WORDS['cancelled']}", second),
    ]


def _licence_of(answer: Answer) -> str:
    came_to(answer, "approved")
    return str(answer["licence"])


def kept(stage: Stage) -> list[Line]:
    """After the story: what anybody, or the person, can still find out about a case without asking who decided it."""
    filed = stage.file(stage.firm().application())
    licence = stage.licence(_licence_of(filed))
    return [_offline(stage, licence), _replayed(stage, filed["case"]), _told(stage, filed["case"])]


def _offline(stage: Stage, licence: Answer) -> Line:
    """The QR text verified here, with nothing but the public key."""
    published = stage.caller("public").get("/v1/public/keys")["keys"]
    claims = verify(licence["qr"], {key["key_id"]: base64.b64decode(key["spki"]) for key in published})
    expect("二维码所载编号", claims.n, licence["number"])
    return Line("·", "扫二维码离线验证，只用公钥", "签名有效", f"{claims.m}，{claims.o}，{claims.d}", None, claims.n)


def _replayed(stage: Stage, case: str) -> Line:
    """The receipt decided again from itself alone."""
    proof = stage.applicant.get(f"/v1/cases/{case}/receipt")
    expect("依据回执重新决定的差异", replay(proof.body), None)
    return Line("·", "下载决定回执，脱离系统重新决定", "结论一致", f"回执摘要 {proof['digest'][:23]}…")


def _told(stage: Stage, case: str) -> Line:
    """The message that came to the applicant's inbox by stream, bus and queue."""
    inbox = until(lambda: stage.applicant.pages("/v1/inbox"), lambda items: case in {one["case"] for one in items})
    told = next(one for one in inbox if one["case"] == case)
    return Line("·", "查看站内消息", told["title"], told["message"])
