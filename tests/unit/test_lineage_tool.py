"""What make lineage, make guide and make lists print."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from miaoban.catalogue.matter import Material
from miaoban.catalogue.publication import Edition
from tests import kit, made
from tools import guide, lineage

EDITIONS: dict[str, Edition] = {
    kit.GRAIN: kit.edition(),
    "other": made.edition("other", materials={"b": made.material("营业执照")}),
}

ANSWERS = [
    ("source:legal-person-base", ["2 个事项受影响", "C2", "营业执照（免于提交）"], "a source"),
    ("field:uscc", ["2 个事项受影响", "listing"], "a field"),
    ("material:营业执照", ["2 个事项受影响", "营业执照（提交）"], "a material"),
    (f"matter:{kit.GRAIN}", ["abnormal-operations", "contact_phone", "营业执照"], "a matter"),
    ("todo", ["1 项", "数源已有，可以免于提交", "legal-person-base/enterprise"], "the reform's to-do list"),
    ("burden", ["原需", "仍需提交"], "materials before and after exemption"),
    (f"bundle:{kit.GRAIN}+other", ["2 个事项合并", "│ 材料 │ 8", "│ 数源 │ 6", "合并后的材料"], "a bundle"),
]


def ask(question: str, editions: dict[str, Edition] = EDITIONS) -> tuple[int, str]:
    written = StringIO()
    code = lineage.main([question], Console(file=written, width=400), editions)
    return code, written.getvalue()


@pytest.mark.parametrize(("question", "words", "reason"), ANSWERS, ids=[row[-1] for row in ANSWERS])
def test_what_is_answered(question: str, words: list[str], reason: str) -> None:
    code, written = ask(question)
    assert code == 0
    assert [word for word in words if word not in written] == [], reason


STANDARDS = [
    (made.material("企业营业执照副本"), "legal-person-base/enterprise", "a name of the standard"),
    (made.material("证照甲", standard="business-licence"), "legal-person-base/enterprise", "the standard itself"),
    (made.material("章程"), "0 项", "a standard that no source holds"),
]


@pytest.mark.parametrize(("given", "told", "reason"), STANDARDS, ids=[row[-1] for row in STANDARDS])
def test_the_to_do_list_knows_the_sources_of_standards(given: Material, told: str, reason: str) -> None:
    _, written = ask("todo", {"one": made.edition("one", materials={"a": given})})
    assert told in written, reason


UNKNOWN = [
    ("source:legal-person-bas", "没有数源“legal-person-bas”，相近的有：legal-person-base", "a source with a slip"),
    ("material:营业证照", "相近的有：营业执照", "a material with a slip"),
    ("matter:grain-purchase", f"相近的有：{kit.GRAIN}", "a matter with a slip"),
    ("bundle:other+grain-purchase-filin", f"相近的有：{kit.GRAIN}", "a bundle with a slip"),
    ("field:zzzzzz", "没有字段“zzzzzz”，请核对名称", "nothing near"),
    ("", "请写成 source:", "no question"),
    ("sources:x", "请写成 source:", "no such verb"),
]


@pytest.mark.parametrize(("question", "sentence", "reason"), UNKNOWN, ids=[row[-1] for row in UNKNOWN])
def test_what_nobody_knows_is_said_with_what_is_near(question: str, sentence: str, reason: str) -> None:
    code, written = ask(question)
    assert (code, sentence in written) == (1, True), reason


def test_the_guide_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert guide.main([kit.GRAIN, "211281"]) == 0
    assert capsys.readouterr().out.startswith("# 粮食收购企业备案办事指南（调兵山市）\n")


WRONG = [
    (["grain", "211281"], f"相近的有：{kit.GRAIN}", "a matter with a slip"),
    ([kit.GRAIN, "2112"], "请从行政区划列表中选择", "no region"),
    (["", ""], "没有事项", "nothing given by make"),
    ([], "make guide MATTER=", "nothing given"),
]


@pytest.mark.parametrize(("words", "sentence", "reason"), WRONG, ids=[row[-1] for row in WRONG])
def test_what_is_wrong_is_one_sentence(
    words: list[str], sentence: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guide.main(words) == 1
    written = capsys.readouterr().out
    assert (sentence in written, written.count("\n")) == (True, 1), reason


def test_the_lists_are_printed_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert guide.main(["lists"]) == 0
    assert capsys.readouterr().out.count("\n# ") == 4, "five titles"
    assert guide.main(["lists", str(tmp_path / "out")]) == 0
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"powers.md", "paths.md", "compliant.md", "forbidden.md", "tolerant.md"}
