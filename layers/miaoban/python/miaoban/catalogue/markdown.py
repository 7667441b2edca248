"""The guide page as Markdown, for publishing as it is."""

from collections.abc import Iterable, Iterator, Sequence

from miaoban.catalogue.guide_page import GuidePage

_YUAN = 100


def markdown(page: GuidePage) -> str:
    """The guide as a page of Markdown."""
    return "\n".join(_lines(page)) + "\n"


def table(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The lines of a Markdown table."""
    for row in (titles, ("---",) * len(titles), *rows):
        yield f"| {' | '.join(str(cell).replace('|', '／') for cell in row)} |"


def _lines(page: GuidePage) -> Iterator[str]:
    yield f"# {page.name}办事指南（{page.organ.place if page.organ else page.region}）"
    yield from _section("基本信息", table(("项目", "内容"), _facts(page)))
    yield from _section("设定依据", (f"- {basis}" for basis in page.basis))
    situations = ((part.number, part.name, part.limit, part.before, part.after, part.barred or "") for part in page.situations)
    yield from _section("办理情形", table(("序号", "情形", "承诺时限", "原需材料", "现需提交", "说明"), situations))
    if page.elsewhere:
        elsewhere = ((part.when, f"{part.name}（{part.matter}）") for part in page.elsewhere)
        yield from _section("改办其他事项", table(("情况", "应当办理"), elsewhere))
    if page.items:
        items = ((part.name, part.by, part.limit, "、".join(part.after) or "—", part.basis) for part in page.items)
        yield from _section("并联审批", table(("事项", "审批部门", "时限", "先办", "依据"), items))
    yield from _section("申请材料", _materials(page))
    if page.rules:
        rules = ((rule.label, rule.value, rule.source) for rule in page.rules)
        yield from _section("本地口径", table(("事项", "取值", "依据"), rules))
    steps = ((number, step.name, step.by) for number, step in enumerate(page.steps, 1))
    yield from _section("办理流程", table(("序号", "环节", "办理人"), steps))
    fees = [f"- {fee.name}：{fee.fen / _YUAN:.2f} 元（{fee.basis}）" for fee in page.fees]
    yield from _section("收费", fees or ["不收费。"])
    places = [(place.name, place.address, place.hours, place.phone) for place in page.places]
    online = [f"{page.channels}，到现场 {page.visits} 次。"]
    yield from _section("办理地点", [*online, "", *table(("名称", "地址", "时间", "电话"), places)] if places else online)


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield from ("", f"## {title}", "")
    yield from lines


def _facts(page: GuidePage) -> Iterator[tuple[str, object]]:
    yield "服务对象", page.audience
    yield "事项类型", page.type_name
    yield "办件类型", page.case_type
    yield "基本编码", page.basic_code
    yield "实施编码", page.implementation_code or "—"
    yield "业务办理项编码", page.item_code or "—"
    yield "受理机关", page.organ.name if page.organ else page.note
    yield "法定时限", page.limits.statutory or "法律没有规定"
    yield "承诺时限", page.limits.promised
    yield "补正期限", page.limits.correction
    yield "人工核查时限", page.limits.review
    yield "数量限制", f"{page.quota}，按受理的先后顺序，用完为止" if page.quota else "没有"
    yield "办理结果", page.result
    if page.conclusions:
        yield "审查结论", "、".join(page.conclusions)
    yield "数据保存", page.retention


def _materials(page: GuidePage) -> Iterator[str]:
    every = len(page.situations)
    rows = ((part.name, part.class_name, part.necessity, part.how, _which(part.situations, every)) for part in page.materials)
    yield from table(("材料", "来源", "必要性", "提交方式", "适用情形"), rows)
    found = page.burden
    yield ""
    yield f"共 {found.before} 项：免于提交 {found.spared} 项，在线填写 {found.carried} 项，仍需提交 {found.after} 项。"


def _which(numbers: tuple[int, ...], every: int) -> str:
    return "全部" if len(numbers) == every else "、".join(map(str, numbers)) or "—"
