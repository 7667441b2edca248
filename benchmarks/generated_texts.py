"""The texts of made-up folders and sources, written as people write them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.generated_words import ACTS, BASES, DEPARTMENTS, DISTRICTS, OBJECTS, PAPERS, STATES, THINGS, TYPES
from miaoban.identifiers.checks import credit_check, organisation_check


@dataclass(frozen=True, slots=True)
class Drawn:
    """What one matter uses: numbers of sources, fields and materials."""

    number: int
    situations: int
    sources: Sequence[int]
    fields: Sequence[int]
    materials: Sequence[int]
    department: str


def source(number: int) -> str:
    """The text of a source."""
    absence = ("unknown", "none")[number % 2]
    owner = DEPARTMENTS[number % len(DEPARTMENTS)]
    cells = "\n".join(
        f"      item_{place}: {{label: {_thing(number * 3 + place)}, type: {TYPES[place]}}}" for place in range(1, 5)
    )
    return f"""code: source-{number:05}
name: {owner}{OBJECTS[number % len(OBJECTS)]}数据库{number}
owner: department-{number % len(DEPARTMENTS)}
contact: {{office: 数据管理机构, phone: 024-00000000}}
access: registry
sharing: unconditional
absence: {absence}
freshness: {{decide: 30}}
kinds:
  record:
    key: [uscc]
    fields:
      uscc: {{label: 统一社会信用代码, type: uscc, required: true}}
      status: {{label: 状态, type: text, max_length: 20, required: true}}
{cells}
"""


def folder(drawn: Drawn) -> tuple[str, Mapping[str, str]]:
    """A folder: its name and its texts."""
    return f"matter-{drawn.number:05}", {
        "matter.yaml": _matter(drawn),
        "form.yaml": "\n".join(("fields:", *_fields(drawn), "")),
        "materials.yaml": "\n".join((*_questions(drawn), *_records(drawn), *_materials(drawn), "")),
        "conditions.yaml": "\n".join(("conditions:", *_conditions(drawn), "")),
        "regions/210100.yaml": _region(drawn),
    }


def _name(number: int) -> str:
    objects, acts = OBJECTS[number % len(OBJECTS)], ACTS[number // len(OBJECTS) % len(ACTS)]
    return f"{DEPARTMENTS[number % len(DEPARTMENTS)]}{objects}{acts}（第{number}项）"


def _thing(number: int) -> str:
    return f"{OBJECTS[number // len(THINGS) % len(OBJECTS)]}{THINGS[number % len(THINGS)]}{number}"


def _matter(drawn: Drawn) -> str:
    number = drawn.number
    law = BASES[number % len(BASES)]
    return f"""code: matter-{number:05}
basic_code: "2110{number // 1000 % 90 + 10:02}{number % 1000:03}001"   # 生成的示例编码
name: {_name(number)}
type: "10"
case_type: {("instant", "promised")[number % 2]}
nature: other
audience: [{("enterprise", "person")[number % 2]}]
level: county
basis:
  - {{law: {law}, article: 第{number % 60 + 1}条}}
limits:
  promised: {{n: {number % 20}, unit: working-day, start: submission}}
  correction: {{n: 15, unit: working-day, start: notice}}
  wait: {{n: 1, unit: working-day, start: submission}}
  review: {{n: 3, unit: working-day, start: task}}
holder: {{code: form.uscc, name: form.name, kind: "001"}}
unique: [form.uscc]
reviewer: {{role: reviewer, name: 审核员, department: department-{number % len(DEPARTMENTS)}}}
coordinator: 沈阳市{drawn.department}局
result:
  name: {_name(number)}结果
  type_code: "11210100MBXX00086U{number % 1000:03}"
  contents:
    - {{label: 名称, value: form.name}}
    - {{label: 受理地, value: organ.place}}
"""


def _fields(drawn: Drawn) -> Iterator[str]:
    yield "  uscc: {label: 统一社会信用代码, type: uscc, required: true}"
    yield "  name: {label: 名称, type: text, max_length: 120, required: true}"
    yield "  phone: {label: 联系电话, type: mobile, required: true}"
    prefills = dict(zip(drawn.fields[::2], drawn.sources, strict=False))
    for place, number in enumerate(drawn.fields):
        parts = [f"label: {_thing(number)}", f"type: {TYPES[number % len(TYPES)]}"]
        if number in prefills:
            parts[1:] = ["type: text", f"prefill: r{prefills[number]}.item_1"]
        if _turn(place, 3) and drawn.situations > 1:
            parts.append("when: \"situation.kind == 'a0'\"")
        yield f"  field_{number}: {{{', '.join(parts)}}}"
    for number in drawn.materials[::5]:
        yield f"  file_{number}: {{label: {_paper(number)}（文件摘要）, type: digest}}"


def _questions(drawn: Drawn) -> Iterator[str]:
    if drawn.situations == 1:
        yield "questions: {}"
        return
    yield "questions:"
    yield "  kind:\n    label: 您要办理哪一种？\n    answers:"
    yield from (f"      a{answer}: {{label: {ACTS[answer % len(ACTS)]}{answer}}}" for answer in range(drawn.situations))


def _records(drawn: Drawn) -> Iterator[str]:
    yield "records:"
    yield from (f"  r{number}: {{source: source-{number:05}, kind: record, key: [form.uscc]}}" for number in drawn.sources)


def _paper(number: int) -> str:
    return f"{OBJECTS[number // len(PAPERS) % len(OBJECTS)]}{PAPERS[number % len(PAPERS)]}{number}"


def _materials(drawn: Drawn) -> Iterator[str]:
    yield "materials:"
    for place, number in enumerate(drawn.materials):
        parts = [f"name: {_paper(number)}", *_met(drawn, place, number)]
        if _turn(place, 4, 2) and drawn.situations > 1:
            parts.append("when: \"situation.kind != 'a0'\"")
        yield f"  material-{number}: {{{', '.join(parts)}}}"


def _met(drawn: Drawn, place: int, number: int) -> tuple[str, ...]:
    """One in five is handed in, half of these later; of the rest a third is spared by a record, and fields carry the others."""
    file, later = f"fields: [file_{number}]", "later: {n: 10, unit: working-day, start: submission}"
    if _turn(place, 10, 5):
        return "class: own", 'necessity: "3"', file, later
    if _turn(place, 5):
        return f"class: {('own', 'third-party', 'government')[number % 3]}", 'necessity: "1"', file
    if _turn(place, 3, 1):
        return "class: government", 'necessity: "1"', f"record: r{drawn.sources[place % len(drawn.sources)]}"
    return "class: own", 'necessity: "1"', "fields: [name, phone]"


def _turn(place: int, every: int, at: int = 0) -> bool:
    return place % every == at


def _conditions(drawn: Drawn) -> Iterator[str]:
    for place, number in enumerate(drawn.sources):
        effect = ("refuse", "correct", "review", "flag")[place % 4]
        when = "\n    when: \"situation.kind != 'a1'\"" if _turn(place, 3, 2) and drawn.situations > 1 else ""
        yield f"""  - id: C{place + 1}
    title: {OBJECTS[number % len(OBJECTS)]}状态有效
    basis: {{law: {BASES[number % len(BASES)]}, article: 第{number % 60 + 1}条}}{when}
    needs: [r{number}.status]
    holds: "r{number}.status in ['{"', '".join(STATES)}']"
    otherwise: {effect}
    says: {DEPARTMENTS[number % len(DEPARTMENTS)]}登记的状态不是有效状态。
    cure: 请先到登记机关恢复有效状态。"""
    yield """  - id: C0
    title: 已经填写联系电话
    basis: {law: 行政许可法, article: 第三十二条}
    needs: [form.phone]
    holds: "form.phone != null"
    otherwise: correct
    says: 没有填写联系电话。
    cure: 请填写联系电话。"""


def _region(drawn: Drawn) -> str:
    organs = "\n".join(
        f"  - {{region: '{code}', place: {place}, name: 沈阳市{place}{drawn.department}局, uscc: {_uscc(code)}, "
        f"department: department-{drawn.number % len(DEPARTMENTS)}}}"
        for code, place in DISTRICTS.items()
    )
    return f"""organs:
{organs}
places:
  - {{name: 沈阳市政务服务中心, address: 沈阳市示例路 1 号, hours: "工作日 8:30–17:00", phone: 024-00000000}}
"""


def _uscc(region: str) -> str:
    organisation = "MBXX0000"
    body = f"11{region}{organisation}{organisation_check(organisation)}"
    return body + credit_check(body)
