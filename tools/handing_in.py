"""Materials, for the demo: what a draft spares, what is uploaded and scanned, and what is refused before it can be read."""

from typing import Any

from rich.table import Table
from rich.text import Text

from examples.scanner import EICAR
from tools.cast import LEASE, LEASE_FILE, MATTER, Firm
from tools.stage import WORDS, Stage, expect
from tools.uploads import announce, send, upload

WANTED = {"matter": MATTER, "material": "lease-contract"}
STATES = {
    "exempt": "免于提交",
    "asked": "由数源提供",
    "filed": "档案中已有",
    "scanning": "正在查验",
    "upload": "需要上传",
    "form": "在表单中填写",
}


def handed_in(stage: Stage) -> Table:
    """The contract of a leased warehouse: missing, being scanned, filed, used again; and malware. Raises StoryError."""
    found = Table(title="材料：哪些不用交，上传的先查验再使用（仓房租赁合同）", show_lines=True)
    for heading in ("步骤", "材料状态", "说明", "办件"):
        found.add_column(heading, overflow="fold")
    firm, client = stage.firm(), stage.applicant
    warehouses = [firm.warehouse(lease_until="2099-12-31")]
    application = firm.application({"storage": "lease"}, warehouses=warehouses, lease_contract=LEASE)

    def row(step: str, wanted: str, case: str = "") -> None:
        material = _drafted(stage, firm)
        expect(step, material["state"], wanted)
        found.add_row(*map(Text, (step, STATES[wanted], material["why"], case)))

    row("预填", "upload")
    bad = b"%PDF-1.7 " + EICAR
    expect("带毒文件", upload(client, bad, holder=firm.uscc, **WANTED), "refused")
    row("上传带毒文件：查毒后删除，谁也读不到", "upload")
    ticket = announce(client, LEASE_FILE, holder=firm.uscc, **WANTED)
    row("登记文件，尚未传到", "scanning")
    filed = client.post("/v1/applications", application)
    expect("文件没有查验时", filed["status"], "waiting")
    found.add_row(*map(Text, ("先行提交", "", "办件等待“材料查验”", WORDS["waiting"])))
    send(ticket, LEASE_FILE).raise_for_status()
    expect("查验通过后", stage.becomes(filed["case"], "approved")["decided_by"], "machine")
    row("按签名链接上传，查验通过", "filed", WORDS["approved"])
    again = announce(client, LEASE_FILE, holder=firm.uscc, **WANTED)
    expect("再次提交同一文件", (again["stage"], "url" in again.body), ("held", False))
    row("再办一次：同一文件不用再传", "filed")
    return found


def _drafted(stage: Stage, firm: Firm) -> dict[str, Any]:
    """What a draft says of the contract."""
    application = firm.application({"storage": "lease"})
    typed = {name: application["form"][name] for name in ("uscc", "county")}
    asked = {**{name: application[name] for name in ("matter", "region", "situation")}, "form": typed}
    materials: list[dict[str, Any]] = stage.applicant.post("/v1/drafts", asked)["materials"]
    return next(material for material in materials if material["code"] == "lease-contract")
