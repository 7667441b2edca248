"""Departments' data, for the demo: a form filled with proof, and a source that is down and comes back."""

import json
from datetime import UTC, date, datetime
from typing import Any, Final

from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from examples.department import Fault, HttpSource
from miaoban.decision.examples import merged
from miaoban.operations.handing_up import Compare
from miaoban.operations.services import law_date
from tools import deployment
from tools.cast import Citizen, citizen
from tools.client import Answer, Client, until
from tools.counterpart import KIND, SOURCE, department, platform
from tools.deployment import services
from tools.stage import WORDS, Stage, expect

QUERY: Final[dict[str, Any]] = {
    "matter": "mobile-queries",
    "region": "211281",
    "situation": {"what": "social"},
    "form": {"purpose": "own", "consent": True},
}
COUNTY: Final = "211224"
"""The county that is compared: one in which nobody else files meanwhile."""
FIELDS: Final = ("enterprise_name", "legal_representative", "address", "agent_name", "contact_phone")


def proven(stage: Stage) -> Table:
    """A prefilled form with what proves each value, and what becomes of it when it is sent back; raises StoryError."""
    application = stage.firm().application()
    typed = {name: application["form"][name] for name in ("uscc", "county", "contact_phone")}
    asked = {name: application[name] for name in ("matter", "region", "situation")}
    drafted = {field["code"]: field for field in stage.applicant.post("/v1/drafts", {**asked, "form": typed})["fields"]}
    proofs = {code: field["seal"] for code, field in drafted.items() if "seal" in field}
    unchanged = _provenance(stage, {**application, "proofs": proofs})
    edited = _provenance(stage, merged({**application, "proofs": proofs}, {"form": {"address": "调兵山市示例路 99 号"}}))
    expect("未改动的住所的等级", unchanged["address"]["grade"], "A")
    expect("改动后的住所的等级", edited["address"]["grade"], "D")
    return _proof_table([(drafted[code], unchanged[code], edited[code]) for code in FIELDS])


def _provenance(stage: Stage, application: dict[str, Any]) -> dict[str, Any]:
    """What the receipt says of each value of an application."""
    filed = stage.file(application)
    receipt = stage.applicant.get(f"/v1/cases/{filed['case']}/receipt")["receipt"]
    found: dict[str, Any] = receipt["provenance"]
    return found


def _proof_table(rows: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]]) -> Table:
    found = Table(title="预填的表单：每个值带着出处（等级：A 数源签发，B 窗口核对，C 上传，D 申报）", show_lines=True)
    for heading in ("字段", "值", "等级", "数源", "记录摘要", "签发时间", "取得时间", "封印", "原样送回", "住所改动后送回"):
        found.add_column(heading, overflow="fold")
    for field, unchanged, edited in rows:
        told = (field["label"], field["value"], field["grade"], field["source_name"])
        proof = (field.get("digest", "")[:15], field.get("issued_at", "")[:19], field.get("fetched_at", "")[:19])
        sealed = f"{field['seal'][:12]}…" if "seal" in field else ""
        found.add_row(*map(Text, map(str, (*told, *proof, sealed, unchanged["grade"], edited["grade"]))))
    return found


def recovered(stage: Stage) -> Table:
    """A source that is asked over HTTP, down and well again: nothing is decided wrongly, nothing is lost; raises StoryError."""
    found = Table(title="数源中断和恢复（社会保险信息系统，实时查询）", show_lines=True)
    for heading in ("步骤", "办件", "数源", "等待查询", "受影响的事项"):
        found.add_column(heading, overflow="fold")
    with department(services().signer.public_key()) as source, _insured(stage, source) as person:
        filed = person.post("/v1/applications", QUERY)
        expect("数源正常时", _becomes(person, filed, "approved")["status"], "approved")
        found.add_row(*_line(stage, "数源正常：受理后即时查询，自动办结", "approved"))
        source.fault(Fault.DOWN)
        with _insured(stage, source) as other:
            waiting = other.post("/v1/applications", QUERY)
            expect("数源中断时", waiting["status"], "waiting")
            until(lambda: _looked(stage), lambda standing: standing["state"] == "resting")
            found.add_row(*_line(stage, "数源中断：办件等待，熔断，不再打扰数源", "waiting"))
            source.fault()
            until(lambda: _looked(stage), lambda standing: standing["state"] == "well")
            expect("数源恢复后", _becomes(other, waiting, "approved")["status"], "approved")
            found.add_row(*_line(stage, "数源恢复：按法定时限先后补查，自动办结", "approved"))
    return found


def _insured(stage: Stage, source: HttpSource) -> Client:
    """Somebody whom the source knows."""
    person: Citizen = citizen()
    source.register.put(KIND, {"number": person.number, "name": person.name, "status": "参保缴费"})
    return person.client(stage.outputs)


def _becomes(person: Client, filed: Answer, status: str) -> Answer:
    return until(lambda: person.get(f"/v1/cases/{filed['case']}"), lambda answer: answer["status"] == status)


def _looked(stage: Stage) -> dict[str, Any]:
    """How the source stands once the watch has looked."""
    stage.watch(datetime.now(UTC))
    return next(one for one in stage.caller("supervisor").pages("/v1/standings") if one["source"] == SOURCE)


def _line(stage: Stage, step: str, status: str) -> tuple[Text, ...]:
    standing = _looked(stage)
    states = {"well": "正常", "resting": f"暂停查询（至 {standing.get('resting_until', '')[:19]}）"}
    degraded = "、".join(one["name"] for one in standing["degraded"]) or "无"
    return tuple(map(Text, (step, WORDS[status], states[standing["state"]], str(standing["waiting"]), degraded)))


def consulted(stage: Stage) -> Panel:
    """The person's data-use page, as JSON: the rules that decided, and an officer that looked; raises StoryError."""
    differs = stage.file(stage.firm().application(enterprise_name="示例（铁岭）粮食贸易有限公司"))
    expect("办件", differs["status"], "reviewing")
    stage.caller("officer").get(f"/v1/tasks/{differs['case']}")
    page = stage.applicant.get("/v1/data-use")["items"]
    looks = [look for look in page if look.get("case") == differs["case"]]
    expect("查阅者", [look["reader"]["role"] for look in looks], ["officer", "machine"])
    stage.applicant.post(f"/v1/cases/{differs['case']}/withdrawal", {"reason": "改用登记的名称重新填报"})
    text = json.dumps(looks, ensure_ascii=False, indent=2)
    return Panel(Text(text), title="GET /v1/data-use：本人数据被谁看过（其中一件）", expand=False)


def reconciled(stage: Stage) -> Table:
    """What the upper-level platform lost and altered is found by comparing, and handed up again; raises StoryError."""
    found = Table(title="与上级平台对账（摘要树逐层比对）", show_lines=True)
    for heading in ("步骤", "办结", "缺失", "被改动", "补报", "交换次数", "字节"):
        found.add_column(heading, overflow="fold")
    today = law_date(datetime.now(UTC)).isoformat()
    with platform(services().signer.public_key()) as upper:
        filed = [stage.file(stage.firm(COUNTY).application()) for _ in range(2)]
        wanted = {f"{one['case']}#0001" for one in filed}
        until(lambda: upper.held.get((COUNTY, today), {}).keys() & wanted, lambda there: there == wanted)
        _compare(stage, today)
        ids = sorted(upper.held[COUNTY, today])
        upper.drop(COUNTY, today, ids[0])
        upper.alter(COUNTY, today, ids[-1])
        for step, missing, altered in (("上级丢失一件、改动一件后对账", 1, 1), ("补报后再次对账", 0, 0)):
            told = _compare(stage, today)
            expect(step, (told["missing"], told["altered"], told["resent"]), (missing, altered, missing + altered))
            found.add_row(*map(Text, (step, *(str(told[name]) for name in _TOLD))))
        expect("补报后上级持有", len(upper.held[COUNTY, today]), len(ids))
    return found


_TOLD: Final = ("items", "missing", "altered", "resent", "exchanges", "bytes")


def _compare(stage: Stage, day: str) -> dict[str, Any]:
    """Have the county's day compared, as the watch does each night, and return what it came to."""
    before = _reconciliation(stage, day)
    queue = stage.outputs["ExchangeQueueUrl"]
    deployment.client("sqs").send_message(
        QueueUrl=queue, MessageBody=Compare(region=COUNTY, day=date.fromisoformat(day)).text()
    )
    return until(lambda: _reconciliation(stage, day), lambda told: bool(told) and told != before)


def _reconciliation(stage: Stage, day: str) -> dict[str, Any]:
    items = stage.caller("supervisor").pages("/v1/reconciliations", region=COUNTY)
    return next((one for one in items if one["day"] == day), {})
