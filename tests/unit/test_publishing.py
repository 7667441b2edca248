"""The publishing tool on the fakes: everything is told, nothing is half published, and twice is once."""

import re
from pathlib import Path
from shutil import copytree

import pytest

from miaoban.catalogue.errors import MatterNotFoundError, ReleaseRefusedError
from miaoban.decision.checks import findings
from miaoban.operations.editions import current
from miaoban.operations.services import Services
from miaoban.operations.submit import submit
from tests import kit
from tools import deployment, publish
from tools.publish import check_all, main, publish_all, release_all
from tools.refused import CODES, mistaken
from tools.releasing import Stewards

GRAIN = kit.ROOT / "matters" / kit.GRAIN


@pytest.fixture
def found() -> Services:
    return kit.services()


def broken(tmp_path: Path, *swaps: tuple[str, str]) -> Path:
    """A copy of the grain folder with changes in its conditions."""
    folder = tmp_path / kit.GRAIN
    copytree(GRAIN, folder)
    path = folder / "conditions.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    return folder


def test_publishing_tells_checks_impact_and_shadow(found: Services, capsys: pytest.CaptureFixture[str]) -> None:
    assert release_all(found, [GRAIN], Stewards()) == 0
    said = capsys.readouterr().out
    for part in ("示例全部相符", "影响：条件增加", "影子运行：还没有办理过", "第 1 版已生效（steward-1 提出，steward-2 确认）"):
        assert part in said
    assert release_all(found, [GRAIN], Stewards()) == 0
    assert "内容与现行版本相同" in capsys.readouterr().out
    assert current(found, kit.GRAIN).version == 1


def test_a_change_tells_which_decisions_would_come_out_otherwise(
    found: Services, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish_all([GRAIN], found)
    kit.populate(found, kit.examples()["01-own-warehouse.yaml"].given)
    case = submit(found, kit.application(), kit.party(found), "key-1")["case"]
    folder = broken(tmp_path, ("'存续', '在业', ", "'在业', "))
    assert release_all(found, [folder], Stewards()) == 1, "the examples say otherwise"
    for example in (folder / "examples").glob("[0-9]*.yaml"):
        if example.name != "03-suspended.yaml":
            example.unlink()
    capsys.readouterr()
    assert release_all(found, [folder], Stewards()) == 0
    said = capsys.readouterr().out
    assert "影子运行：1 份回执，1 份结果不同" in said
    assert f"{case}：approved → reviewing（条件 C3-2）" in said


def test_a_refused_folder_tells_all_and_nothing_is_published(
    found: Services, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = broken(tmp_path, ("enterprise.status in", "enterprise.state in"), ("needs: [held.present]", "needs: [held.no]"))
    other = copytree(GRAIN.parent / "presentation-code", tmp_path / "presentation-code")
    assert release_all(found, [other, folder], Stewards()) == 1
    said = capsys.readouterr().out
    assert len(re.findall(r"拒绝 \[fact-without-source\] grain-purchase-filing/conditions.yaml：第 [0-9]+ 行，C", said)) == 2
    assert "没有发布" in said
    for matter in (kit.GRAIN, other.name):
        with pytest.raises(MatterNotFoundError):
            current(found, matter)
    with pytest.raises(ReleaseRefusedError):
        publish_all([folder], found)


def test_an_unreadable_folder_is_one_line(found: Services, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert release_all(found, [broken(tmp_path, ("conditions:", "conditions: ["))], Stewards()) == 1
    assert "拒绝 [catalogue-invalid] grain-purchase-filing/conditions.yaml：第" in capsys.readouterr().out


def test_checking_needs_no_deployment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check", kit.GRAIN]) == 0
    assert "检查通过" in capsys.readouterr().out
    quality = "otherwise: flag\n    says: 登记的经营范围"
    assert check_all([broken(tmp_path, (quality, quality.replace("flag", "refuse")))]) == 1
    said = capsys.readouterr().out
    assert re.search(r"（grain-purchase-filing）：[0-9]+ 处问题", said)
    assert re.search(r"拒绝 \[filing-refuses-quality\] grain-purchase-filing/conditions.yaml：第 [0-9]+ 行，C5 ", said)
    unread = broken(tmp_path / "unread", ("conditions:", "conditions: ["))
    assert check_all([unread]) == 1
    assert "拒绝 [catalogue-invalid] grain-purchase-filing/conditions.yaml：第" in capsys.readouterr().out


def test_without_a_deployment_one_sentence_says_how_to_have_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(deployment, "OUTPUTS", tmp_path / "outputs.json")
    monkeypatch.setattr(deployment, "outputs", deployment.outputs.__wrapped__)
    monkeypatch.setattr(publish, "services", deployment.services.__wrapped__)
    assert main([kit.GRAIN]) == 1
    assert capsys.readouterr().out == "没有发布：还没有部署：请先运行 make up\n"


def test_publishing_again_changes_nothing(found: Services) -> None:
    first = publish_all([GRAIN], found)
    assert [published.version for published in publish_all([GRAIN], found)] == [first[0].version] == [1]


@pytest.mark.parametrize("arguments", [["no-such-matter"], ["--from", "2026-04-01T00:00:00"]])
def test_wrong_arguments(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().out.count("\n") == 1


def test_the_demos_mistakes_are_found_for_what_they_are() -> None:
    content = mistaken()
    assert {finding.code for finding in findings(content.edition, content.examples)} == CODES
