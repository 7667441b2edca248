"""Bad folders: whatever is wrong, one sentence names file, line and cure, at once, and nothing is published of any folder."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from time import perf_counter

import pytest

from miaoban.catalogue.errors import CatalogueError
from miaoban.catalogue.folder import read_edition, read_source
from miaoban.catalogue.lines import line_of
from tests import kit
from tools.folders import FoldersError, edition_of, editions_of, texts_of
from tools.publish import publish_all

Change = Callable[[Path], object]
MATTER, FORM, MATERIALS, CONDITIONS, CITY = (
    "matter.yaml",
    "form.yaml",
    "materials.yaml",
    "conditions.yaml",
    "regions/211200.yaml",
)
PATIENCE = 1.0
"""Seconds in which any folder is read or refused."""


def swap(file: str, old: str, new: str) -> Change:
    """Change a file's first `old`, which must be there."""

    def change(folder: Path) -> None:
        text = (folder / file).read_bytes().decode()
        assert old in text, f"nothing to change: {old}"
        (folder / file).write_bytes(text.replace(old, new, 1).encode())

    return change


def write(file: str, data: bytes | str) -> Change:
    """Write a file anew."""

    def change(folder: Path) -> None:
        (folder / file).parent.mkdir(exist_ok=True)
        (folder / file).write_bytes(data.encode() if isinstance(data, str) else data)

    return change


def end(file: str, line: str) -> Change:
    """Add to a file's end."""
    return lambda folder: (folder / file).write_bytes((folder / file).read_bytes() + line.encode())


def erase_after(days: str) -> Change:
    """A rule of erasing with this number of days."""
    rule = f"erase_after: {{days: {days}, basis: {{law: 个人信息保护法, article: 第四十七条}}, source: 默认}}"
    return swap(MATTER, "result:\n", f"result:\n  {rule}\n")


def table(path: str, *cells: str) -> str:
    """A table of one column, as the editor writes it, a line a rule."""
    rules = [{"_id": f"r{n}", "in": cell, "out": "true"} for n, cell in enumerate(cells, 1)]
    columns = {"inputs": [{"id": "in", "name": "", "field": path}], "outputs": [{"id": "out", "name": "", "field": "out"}]}
    content = {"hitPolicy": "first", **columns, "rules": rules}
    nodes = [("i", "inputNode", {}), ("t", "decisionTableNode", content), ("o", "outputNode", {})]
    graph = {
        "nodes": [{"id": key, "type": kind, "name": key, "content": inside} for key, kind, inside in nodes],
        "edges": [
            {"id": "e1", "type": "edge", "sourceId": "i", "targetId": "t"},
            {"id": "e2", "type": "edge", "sourceId": "t", "targetId": "o"},
        ],
    }
    return json.dumps(graph, ensure_ascii=False).replace('{"_id"', '\n{"_id"')


LEASE = re.search(r"  lease-contract: .*\n", (kit.ROOT / "matters" / kit.GRAIN / MATERIALS).read_text(encoding="utf-8"))
KIND = "    label: 您要办理什么？\n"
SUBJECT = "    label: 您以什么身份收购？\n"
BOMB = "\n".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9) if n else '1'}]" for n in range(12))
MEGABYTES = "conditions:\n" + "  - {id: X, title: 很长的条件}\n" * 300_000
CYCLE = "的 redirect 会把申请人送回原来的情形"

KINDS = [
    (
        "an unknown key",
        swap(FORM, "label: 通讯地址", "lable: 通讯地址"),
        FORM,
        "lable:",
        "没有这一项（是不是 label？），请删除",
    ),
    ("an unknown key outside", end(MATTER, "\nlimit: {}\n"), MATTER, "limit: {}", "limit 没有这一项（是不是 limits？）"),
    (
        "a missing key",
        swap(CONDITIONS, "    says: 自然人", "    # says: 自然人"),
        CONDITIONS,
        "id: C4",
        "conditions.0.says 缺少这一项，请补上",
    ),
    (
        "keys that are missing together",
        swap(MATTER, "case_type: instant         # 即办件\nnature: filing ", "#"),
        MATTER,
        "code: grain",
        "case_type、nature 缺少这一项，请补上",
    ),
    ("a short code", swap(MATTER, '"211098009001"', '"2110"'), MATTER, "basic_code:", "basic_code 的内容不对，至少 12 个字"),
    ("kept for less than nothing", erase_after("-1"), MATTER, "erase_after:", "result.erase_after.days 的内容不对，不能小于 0"),
    ("kept for eleven years", erase_after("4015"), MATTER, "erase_after:", "result.erase_after.days 的内容不对，不能大于 3650"),
    ("kept for half a day", erase_after("0.5"), MATTER, "erase_after:", "result.erase_after.days 的内容不对"),
    (
        "erased on no ground",
        swap(MATTER, "result:\n", "result:\n  erase_after: {days: 7, source: 默认}\n"),
        MATTER,
        "erase_after:",
        "result.erase_after.basis 缺少这一项",
    ),
    ("one for a list", swap(MATTER, "audience: [enterprise]", "audience: enterprise"), MATTER, "audience:", "应当是列表"),
    ("no for a text", swap(MATTER, "level: county", "level: no"), MATTER, "level:", "yes、no、on、off 也要加"),
    ("yes for an answer", swap(MATERIALS, "      own: {", "      yes: {"), MATERIALS, "yes: {", "键应当是文字，数字请加引号，"),
    (
        "a missing material",
        swap(MATERIALS, LEASE[0] if LEASE else "?", ""),
        FORM,
        "lease_contract:",
        "lease_contract 是上传的文件，但 materials.yaml 中没有",
    ),
    (
        "a material of no record",
        swap(MATERIALS, "record: authority", "record: authorty"),
        MATERIALS,
        "authorty",
        "（是不是 authority？）",
    ),
    ("a material of no field", swap(MATERIALS, "[lease_contract]", "[lease_contrat]"), FORM, "lease_contract:", "没有哪份材料"),
    ("a material's field", swap(MATERIALS, "[promise]", "[promised]"), MATERIALS, "[promised]", "（是不是 form.promise？）"),
    (
        "questions in a circle",
        swap(MATERIALS, KIND, f"{KIND}    when: situation.storage == 'own'\n"),
        MATERIALS,
        "when: situation.storage",
        "kind、storage 的 when 互相引用",
    ),
    (
        "a question on itself",
        swap(MATERIALS, SUBJECT, f"{SUBJECT}    when: situation.subject == 'person'\n"),
        MATERIALS,
        "when: situation.subject",
        "的 when 互相引用，谁也不会被问到，请",
    ),
    (
        "a redirect to itself",
        swap(CONDITIONS, "answers: {kind: change}", "answers: {kind: first}"),
        CONDITIONS,
        "redirect: {to: situation, answers: {kind: first}}",
        f"C9 {CYCLE}",
    ),
    (
        "redirects in a circle",
        swap(CONDITIONS, 'holds: "held.present"', 'holds: "not held.present"'),
        CONDITIONS,
        "redirect: {to: situation, answers: {kind: first}}",
        f"C9、C14 {CYCLE}",
    ),
    (
        "a code twice in a file",
        swap(CONDITIONS, "id: C13", "id: C4"),
        CONDITIONS,
        "id: C4\n    title: 收购的品种",
        "C4 出现了 2 次，请改为各不相同",
    ),
    ("a key twice", end(MATTER, "\nname: 又一个名称\n"), MATTER, "name: 又一个", "重复的键 name，请只保留一个"),
    ("a part in two files", end(MATTER, "\nfields: {}\n"), FORM, "fields:", "fields 在 matter.yaml 中已有，请只保留一处"),
    ("a folder's part in a file", end(MATTER, "\ntables: {}\n"), MATTER, "tables:", "tables 写在 tables/ 文件夹中"),
    (
        "a code of another region",
        swap(CITY, 'region: "211204"', 'region: "211202"'),
        CITY,
        "铁岭市清河区",
        "代码属于区划 211204，而 region 是 211202，请核对",
    ),
    (
        "an inherited field",
        swap(CITY, "organs:", "name: 粮食收购许可\norgans:"),
        CITY,
        "name: 粮食收购许可",
        "name 各级统一，不能在区划文件中更改，请删除",
    ),
    (
        "a region that is none",
        write("regions/2112.yaml", "organs: []\n"),
        "regions/2112.yaml",
        "organs",
        "文件名应当是区划代码",
    ),
    (
        "a row that never matches",
        write("tables/t.json", table("form.planned_tonnes", ">= 0", "< 0")),
        "tables/t.json",
        '"r2"',
        "规则 2 不可能匹配，没有这样的输入，请改正或者删除",
    ),
    (
        "a row in the shade",
        write("tables/t.json", table("situation.kind", "", "'first'")),
        "tables/t.json",
        '"r2"',
        "规则 2 被前面的规则完全遮住",
    ),
    (
        "a gap",
        write("tables/t.json", table("situation.kind", "'first'")),
        "tables/t.json",
        '"nodes"',
        "有缺口，situation.kind=change 没有规则适用（这样的输入共有 2 种），请补一条规则",
    ),
    (
        "a table's name",
        write("tables/My-Table.json", table("situation.kind", "")),
        "tables/My-Table.json",
        '"nodes"',
        "文件名应当是小写字母开头",
    ),
    (
        "a path with a typo",
        swap(CONDITIONS, "not (enterprise.status", "not (enterprise.statu"),
        CONDITIONS,
        "enterprise.statu ",
        "C3 中的 enterprise.statu 没有这个字段或数源字段（是不是 enterprise.status？），请核对拼写",
    ),
    (
        "a when with a typo",
        swap(MATERIALS, "situation.storage == 'lease'", "situation.storag == 'lease'"),
        MATERIALS,
        "situation.storag ",
        "（是不是 situation.storage？），请核对拼写",
    ),
    (
        "an expression with a typo",
        swap(CONDITIONS, "form.county == organ", "form.county = = organ"),
        CONDITIONS,
        "= = organ",
        "C8 的表达式 form.county = = organ.region 无法编译，请检查写法",
    ),
    (
        "a comparison with one sign",
        swap(CONDITIONS, "form.county == organ", "form.county = organ"),
        CONDITIONS,
        "county = organ",
        "C8 的表达式 form.county = organ.region 中有单个的 =，比较请写成 ==",
    ),
    (
        "a when that says neither yes nor no",
        swap(MATERIALS, "\"situation.storage == 'lease'\"", "situation.storage"),
        MATERIALS,
        "when: situation.storage,",
        "lease-contract 的 when 不能用，表达式 situation.storage 的结果不是“是”或“否”，请检查写法",
    ),
    (
        "a source with a typo",
        swap(MATERIALS, "source: legal-person-base", "source: legal-person-bse"),
        MATERIALS,
        "legal-person-bse",
        "没有数源 legal-person-bse（是不是 legal-person-base？），请",
    ),
    ("mixed line ends", swap(FORM, "fields:\n", "fields:\r\n"), FORM, "uscc:", "CRLF 与 LF 混用），请统一为 LF"),
    ("a line end of CR", swap(FORM, "fields:\n", "fields:\r"), FORM, "fields", "换行符是单独的 CR，请统一为 LF"),
    ("a BOM", swap(FORM, "fields:", "\ufefffields:"), FORM, "fields", "开头有字节顺序标记（BOM），请另存为不带 BOM 的 UTF-8"),
    ("a tab", swap(FORM, "  county:", "\tcounty:"), FORM, "county", "请把制表符改为空格"),
    ("10 MB of YAML", write(CONDITIONS, MEGABYTES), CONDITIONS, None, "文件从这一行起超过 1000000 字，请拆分"),
    ("a bomb of aliases", write(CONDITIONS, BOMB), CONDITIONS, "x1:", "不允许使用别名，请把内容写全"),
    (
        "bytes that are no text",
        write(CONDITIONS, b"conditions:\n  - id: " + b"\xce\xd2\n"),
        CONDITIONS,
        "id:",
        "有不是 UTF-8 编码的字节，请将文件另存为 UTF-8",
    ),
    (
        "a name with a zero width",
        swap(MATTER, "name: 粮食收购企业备案\n", "name: 粮食\u200b收购企业备案\n"),
        MATTER,
        "name: 粮食\u200b",
        "有看不见的字符 U+200B，请删除",
    ),
    (
        "a name written backwards",
        swap(MATTER, "name: 粮食收购企业备案\n", 'name: "粮食\\u202e收购"\n'),
        MATTER,
        "u202e",
        "有看不见的字符 U+202E，请删除",
    ),
    (
        "a line that only some see",
        swap(MATTER, "name: 粮食收购企业备案\n", "name: 粮食\u2028收购\n"),
        MATTER,
        "name: 粮食\u2028",
        "有看不见的字符 U+2028，请删除",
    ),
    ("a control character", swap(MATTER, "name: 粮食", "name: \x07粮食"), MATTER, "\x07", "有看不见的字符 U+0007，请删除"),
    (
        "nesting without end",
        write(CONDITIONS, "conditions:\n  " + "[" * 9000),
        CONDITIONS,
        "[[",
        "嵌套过深，超过 40 层，请减少层次",
    ),
    ("a day that is none", swap(MATTER, "level: county", "level: 2026-02-30"), MATTER, "2026-02-30", "有不存在的日期或者数字"),
    ("an empty file", write(CONDITIONS, ""), CONDITIONS, None, "第 1 行，最外层应当是"),
    ("a missing file", lambda folder: (folder / FORM).unlink(), FORM, None, "缺少这个文件，请按 docs/add-a-matter.md 补上"),
    (
        "a file that does not belong",
        write("materials.yml", ""),
        "materials.yml",
        None,
        "不是事项文件夹中的文件，请删除、移走或者改名",
    ),
    ("a file beside the regions", write("regions/211100.yml", ""), "regions/211100.yml", None, "不是事项文件夹中的文件"),
    (
        "a link",
        lambda folder: (folder / "licence.typ").symlink_to("/etc/hostname"),
        "licence.typ",
        None,
        "是链接，不是文件，请换成文件本身",
    ),
    (
        "a code that is not the folder's",
        swap(MATTER, "code: grain-purchase-filing", "code: grain"),
        MATTER,
        "code: grain",
        "code 是 grain，与文件夹的名称不同，请改为一致",
    ),
]


def copied(tmp_path: Path, name: str = kit.GRAIN) -> Path:
    """A folder like that of a matter, whose examples are not read where the matter itself is wrong."""
    left_out = shutil.ignore_patterns("examples")
    return Path(shutil.copytree(kit.ROOT / "matters" / kit.GRAIN, tmp_path / name, ignore=left_out))


def refused(*folders: Path) -> tuple[str, ...]:
    with pytest.raises(FoldersError) as caught:
        pytest.fail(f"accepted: {editions_of(folders)}")
    return caught.value.sentences


@pytest.mark.parametrize(("reason", "change", "file", "at", "says"), KINDS, ids=[row[0] for row in KINDS])
def test_one_sentence_names_file_line_and_cure(
    tmp_path: Path, reason: str, change: Change, file: str, at: str | None, says: str
) -> None:
    folder = copied(tmp_path)
    change(folder)
    began = perf_counter()
    sentences = refused(folder)
    assert perf_counter() - began < PATIENCE, reason
    assert len(sentences) == 1
    assert sentences[0].startswith(f"{kit.GRAIN}/{file}：")
    assert says in sentences[0]
    assert "请" in sentences[0]
    assert "\n" not in sentences[0]
    if at is not None:
        text = (folder / file).read_bytes().decode(errors="replace").replace("\r\n", "\n").replace("\r", "\n")
        line = text[: text.index(at)].count("\n") + 1
        assert f"{file}：第 {line} 行，" in sentences[0]


def test_ends_of_another_system_throughout_mean_the_same(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    for file in folder.rglob("*.yaml"):
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert edition_of(folder) == kit.edition()
    swap(CONDITIONS, "id: C13", "id: C4")(folder)
    text = (kit.ROOT / "matters" / kit.GRAIN / CONDITIONS).read_text(encoding="utf-8")
    line = text[: text.index("id: C13")].count("\n") + 1
    assert f"conditions.yaml：第 {line} 行，C4 出现了 2 次" in refused(folder)[0]


def test_a_basic_code_of_two_matters(tmp_path: Path) -> None:
    one, other = copied(tmp_path), copied(tmp_path, "other")
    swap(MATTER, "code: grain-purchase-filing", "code: other")(other)
    line = line_of((one / MATTER).read_text(encoding="utf-8"), ["basic_code"])
    twice = f"matter.yaml：第 {line} 行，basic_code 211098009001 与"
    assert refused(one, other) == (
        f"{kit.GRAIN}/{twice} other 相同，请改为各不相同",
        f"other/{twice} {kit.GRAIN} 相同，请改为各不相同",
    )
    assert len(refused(other)) == 1, "also when only one of them is to be published"


def test_every_bad_folder_is_told_and_nothing_is_published(tmp_path: Path) -> None:
    good, bad, worse = copied(tmp_path), copied(tmp_path, "bad"), copied(tmp_path, "worse")
    for folder in (bad, worse):
        swap(MATTER, "code: grain-purchase-filing", f"code: {folder.name}")(folder)
    swap(MATTER, '"211098009001"', '"211098009002"')(bad)
    swap(MATTER, '"211098009001"', '"211098009003"')(worse)
    swap(FORM, "label:", "lable:")(bad)
    (worse / FORM).unlink()
    with pytest.raises(FoldersError) as caught:
        publish_all([good, bad, worse])  # which has no deployment to publish to: it is not even looked for
    assert [sentence.partition("/")[0] for sentence in caught.value.sentences] == ["bad", "worse"]
    assert str(caught.value) == "\n".join(caught.value.sentences)


SOURCES = [
    ("owner:", "ownr:", "ownr 没有这一项（是不是 owner？）"),
    ("absence: unknown", "absence: maybe", "absence 的内容不对，只能是 'unknown'、'none'，请改正"),
    ("key: [uscc]", "key: [code]", "enterprise 的 key code 应当是必填字段"),
]


@pytest.mark.parametrize(("old", "new", "says"), SOURCES, ids=[row[1] for row in SOURCES])
def test_a_bad_source_is_told_before_any_folder(tmp_path: Path, old: str, new: str, says: str) -> None:
    sources = Path(shutil.copytree(kit.ROOT / "sources", tmp_path / "sources"))
    file = sources / "legal-person-base.yaml"
    text = file.read_text(encoding="utf-8").replace(old, new, 1)
    file.write_text(text, encoding="utf-8")
    line = text[: text.index(new)].count("\n") + 1
    with pytest.raises(FoldersError) as caught:
        editions_of([copied(tmp_path)], sources)
    assert caught.value.sentences[0].startswith(f"sources/legal-person-base.yaml：第 {line} 行，")
    assert says in caught.value.sentences[0]
    with pytest.raises(CatalogueError, match=f"x.yaml：第 {line} 行，"):
        read_source("x.yaml", text)


def mangled(text: str, chance: Random) -> str:
    """A text in which a line is gone, doubled, moved in, moved out, cut short, or has a letter too few or two changed over."""
    lines = text.split("\n")
    number = chance.randrange(len(lines))
    line = lines[number]
    place = chance.randrange(len(line)) if line else 0
    lines[number : number + 1] = chance.choice(
        [
            [],
            [line, line],
            [f"  {line}"],
            [line.removeprefix("  ")],
            [line[:place]],
            [line[:place] + line[place + 1 :]],
            [line[:place] + line[place : place + 2][::-1] + line[place + 2 :]],
        ]
    )
    return "\n".join(lines)


TEXTS = texts_of(kit.ROOT / "matters" / kit.GRAIN)


@pytest.mark.parametrize("seed", range(3))
def test_a_mangled_folder_is_taken_or_refused_in_one_sentence(seed: int) -> None:
    chance = Random(seed)  # noqa: S311 (the same mistakes every time)
    accepted = 0
    for _ in range(40):
        file = chance.choice(sorted(TEXTS))
        texts = {**TEXTS, file: mangled(TEXTS[file], chance)}
        began = perf_counter()
        try:
            read_edition(texts, kit.source_texts())
            accepted += 1
        except CatalogueError as error:
            assert re.fullmatch(r"[a-z0-9/]+\.yaml：第 [0-9]+ 行，.*请.*", str(error))  # noqa: PT017 (some are accepted)
        assert perf_counter() - began < PATIENCE
    assert accepted < 40
