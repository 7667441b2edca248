"""The story: ten rows of a grain purchase filing, each played over HTTP and held to what it must come to.

A row makes its own firms, so that rows know nothing of each other and a second run is the same story.
"""

from typing import Final

from tools.cast import LEASE, LEASE_FILE, MATTER, Citizen, broker_application
from tools.issuer import AGENT, PERSONAS
from tools.lifetime import change, kept, wait
from tools.stage import NO_PERSON, Line, Scene, Stage, article, came_to, expect, line
from tools.uploads import upload

FILING: Final = {"law": "粮食流通管理条例", "article": "第九条第二款"}
FLAGS: Final = ("C10", "C5", "C6")


def at_once(stage: Stage) -> list[Line]:
    """Row 1: everything agrees, so the licence comes with the answer and nobody was asked."""
    filed = stage.file(stage.firm().application())
    came_to(filed, "approved")
    expect("由谁决定", filed["decided_by"], NO_PERSON)
    licence = stage.licence(filed["licence"])
    expect("验证结果", stage.verified(licence)["status"], "valid")
    said = f"各项条件核验一致，无人工介入（{article(FILING)}）"
    return [line("1", "存续企业，自有仓房，内容与数源一致", filed, said, licence)]


def twice(stage: Stage) -> list[Line]:
    """Row 2: a repeat is answered as before; a second filing is led to a change, with the licence that there is."""
    application = stage.firm().application()
    first = stage.file(application)
    came_to(first, "approved")
    before = stage.applicant.get("/v1/cases")["items"]
    again = stage.file(application, first.key)
    expect("同一个键的答复", again.body, first.body)
    expect("办件列表", stage.applicant.get("/v1/cases")["items"], before)
    other = stage.file(application)
    came_to(other, "redirected", "C9")
    expect("告知办理", other["direction"], {"to": "situation", "answers": {"kind": "change"}, "licence": first["licence"]})
    licence = stage.licence(first["licence"])
    return [
        line("2", "同一份申请，同一个 Idempotency-Key 再送一次", again, "与第一次的答复逐字相同，没有写入", licence),
        line("", "同一份申请，换一个 Idempotency-Key", other, licence=licence),
    ]


def deregistered(stage: Stage) -> list[Line]:
    """Row 3: the base says that the firm is no more."""
    filed = stage.file(stage.firm(status="注销").application())
    came_to(filed, "refused", "C3")
    return [line("3", "法人库登记状态为“注销”", filed)]


def elsewhere(stage: Stage) -> list[Line]:
    """Row 4: grain is bought in another county, whose authority is named."""
    firm = stage.firm()
    warehouse = firm.warehouse(county="211221", address="铁岭县示例路 2 号")
    filed = stage.file(firm.application(county="211221", warehouses=[warehouse]))
    came_to(filed, "redirected", "C8")
    organ = filed["direction"]["organ"]
    expect("告知的机关", organ["region"], "211221")
    return [line("4", "收购地在铁岭县，却向调兵山市申请", filed, f"请向{organ['name']}备案（{article(FILING)}）")]


def agent(stage: Stage) -> list[Line]:
    """Row 5: what is missing is asked for once, all of it; when it has come, the filing is approved."""
    firm, caller = stage.firm(), stage.caller("agent")
    leased = firm.application({"storage": "lease"}, warehouses=[firm.warehouse(lease_until="2099-12-31")])
    asked = caller.post("/v1/applications", leased)
    came_to(asked, "correcting", "C7", "C15")
    stage.arrive(firm.authorisation(Citizen(PERSONAS["agent"].claims["name"], AGENT)))
    expect("租赁合同", upload(caller, LEASE_FILE, matter=MATTER, material="lease-contract", holder=firm.uscc), "held")
    corrected = caller.post(f"/v1/cases/{asked['case']}/corrections", {"form": {"lease_contract": LEASE}})
    came_to(corrected, "approved")
    licence = caller.get(f"/v1/licences/{corrected['licence']}")
    return [
        line("5", "经办人没有企业授权，租赁仓房没有合同", asked),
        line("", "授权记录到达，合同补齐", corrected, f"补正后各项条件一致（{article(FILING)}）", licence),
    ]


def differs(stage: Stage) -> list[Line]:
    """Row 6: two names that are not the same name stand side by side before a named role."""
    firm = stage.firm()
    filed = stage.file(firm.application(enterprise_name="示例（铁岭）粮食贸易有限公司"))
    came_to(filed, "reviewing", "C2")
    task = stage.caller("officer").get(f"/v1/tasks/{filed['case']}")
    expect("核查角色", task["role"], "备案审核员")
    name = next(pair for pair in task["case"]["reasons"][0]["compared"] if not pair["agrees"])
    expect("并列的两个名称", (name["declared"], name["held"]), ("示例（铁岭）粮食贸易有限公司", firm.name))
    withdrawn = stage.applicant.post(f"/v1/cases/{filed['case']}/withdrawal", {"reason": "改用登记的名称重新填报"})
    expect("撤回", withdrawn["status"], "withdrawn")
    said = f"由{task['role']}核查：填报“{name['declared']}”，法人库“{name['held']}”（{article(FILING)}）"
    return [line("6", "企业名称与法人库不一致", filed, said)]


def flagged(stage: Stage) -> list[Line]:
    """Row 7: a filing is not a licence: it is approved, and supervision hears of what is odd."""
    firm = stage.firm(scope="货物运输；仓储服务")
    stage.arrive(firm.listing())
    filed = stage.file(firm.application(warehouses=[firm.warehouse(capacity=83000)]))
    came_to(filed, "approved", *FLAGS)
    supervisor = stage.caller("supervisor")
    flag = next(flag for flag in supervisor.pages("/v1/flags") if flag.get("case") == filed["case"])
    expect("监察线索", sorted(reason["condition"] for reason in flag["reasons"]), sorted(FLAGS))
    closed = supervisor.post(f"/v1/flags/{flag['id']}/closure", {"note": "已约谈企业，责令核对仓容（示例）"})
    expect("线索办结人", closed["closed_by"], PERSONAS["supervisor"].claims["sub"])
    return [line("7", "列入异常名录，范围无粮食，仓容虚报", filed, licence=stage.licence(filed["licence"]))]


def not_needed(stage: Stage) -> list[Line]:
    """Row 8: the law asks for no filing, and says where it says so."""
    soy = stage.file(stage.firm().application(grains=["soy", "oilseed"]))
    came_to(soy, "redirected", "C13")
    broker = stage.file(broker_application())
    came_to(broker, "redirected", "C4")
    for answer in (soy, broker):
        expect("告知", answer["direction"]["to"], "not-needed")
    return [line("8", "只收购大豆、油料", soy), line("", "自然人粮食经纪人", broker)]


STORY: Final = (
    Scene("1", "当场办结", at_once),
    Scene("2", "重复提交", twice),
    Scene("3", "主体已注销", deregistered),
    Scene("4", "不归本机关受理", elsewhere),
    Scene("5", "一次补正", agent),
    Scene("6", "名称不一致", differs),
    Scene("7", "办结并告知监管", flagged),
    Scene("8", "无需备案", not_needed),
    Scene("9", "等待数源", wait),
    Scene("10", "变更和注销", change),
    Scene("·", "事后可查", kept),
)
"""The rows in their order; the last is what the rows leave behind."""
