"""Redirects between matters: the other matter is there, is called so, has the answers, and sends nobody back."""

import shutil
from pathlib import Path

import pytest

from miaoban.catalogue.errors import ReleaseRefusedError
from miaoban.catalogue.guidance import guide_of
from miaoban.catalogue.lineage import node_of
from miaoban.catalogue.lists import LISTS
from miaoban.catalogue.markdown import markdown
from miaoban.catalogue.notice import notice_of
from miaoban.decision.checks import findings
from miaoban.operations.editions import current, publish
from miaoban.operations.lineage import page_of_uses
from miaoban.operations.once import Once
from miaoban.operations.releases import Said, retire
from miaoban.operations.services import Services
from miaoban.operations.submit import Application, submit
from miaoban.ports import Store
from tests import kit
from tools.folders import FoldersError, contents_of, editions_of
from tools.publish import release_all
from tools.releasing import Stewards, drafted, published

REISSUE, CHANGE = "certificate-reissue", "social-organisation-change"
NAME = "社会组织变更登记和章程核准"
BACK = "{to: matter, matter: certificate-reissue, name: 社会组织登记证书补领和换发%s}"
DOMICILE = "redirect: {to: not-needed}\n    says: 登记的住所已"
R4 = "redirect: {to: not-needed}\n    says: 这张证书"
ONWARD = (
    (R4, R4.replace("{to: not-needed}", "{to: situation, answers: {reason: changed}}")),
    ("needs: [held.present]", "when: \"situation.reason != 'changed'\"\n    needs: [held.present]"),
)
UNCHANGED = "needs: [situation.reason]\n    holds: \"situation.reason != 'changed'\""
HELD = 'when: "situation.reason == \'changed\'"\n    needs: [held.present]\n    holds: "held.present"'


def swap(folder: Path, *swaps: tuple[str, str], file: str = "conditions.yaml") -> None:
    text = (folder / file).read_text(encoding="utf-8")
    for old, new in swaps:
        assert old in text, f"nothing to change: {old}"
        text = text.replace(old, new, 1)
    (folder / file).write_text(text, encoding="utf-8")


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """The reissue of certificates, which sends to the change of registration, and that."""
    reissue, change = (Path(shutil.copytree(kit.ROOT / "matters" / code, tmp_path / code)) for code in (REISSUE, CHANGE))
    return reissue, change


def sentences(*chosen: Path) -> tuple[str, ...]:
    with pytest.raises(FoldersError) as caught:
        pytest.fail(f"accepted: {editions_of(chosen)}")
    return caught.value.sentences


ASTRAY = [
    (f"matter: {CHANGE}", "matter: social-change", "没有 social-change 这个可以申请的事项，请核对编码", "no such folder"),
    (f"name: {NAME}", "name: 变更登记", f"的名称不同，请改为 {NAME}", "another name"),
    (f"{NAME}}}", f"{NAME}, answers: {{itm: name}}}}", "没有 itm 这个问题（是不是 item？），请", "a question of none"),
    (f"{NAME}}}", f"{NAME}, answers: {{item: nam}}}}", "没有 nam 这个选项（是不是 name？），请", "an answer of none"),
    (f"matter: {CHANGE}, ", "", "要写 matter（编码）和 name（名称），请", "no code"),
    (f", name: {NAME}", "", "要写 matter（编码）和 name（名称），请", "no name"),
    (f"matter: {CHANGE}", f"matter: {REISSUE}", "redirect.matter 是本事项，请", "itself"),
    ("to: matter, ", "to: situation, ", "的 redirect 不到另一事项，不写 matter 和 name，请", "a name that says nothing"),
]


@pytest.mark.parametrize(("old", "new", "says", "reason"), ASTRAY, ids=[row[-1] for row in ASTRAY])
def test_one_sentence_names_file_line_and_cure(folders: tuple[Path, Path], old: str, new: str, says: str, reason: str) -> None:
    swap(folders[0], (old, new))
    (sentence,) = sentences(*folders)
    text = (folders[0] / "conditions.yaml").read_text(encoding="utf-8")
    line = text[: text.index("redirect: {to: ")].count("\n") + 1
    assert sentence.startswith(f"{REISSUE}/conditions.yaml：第 {line} 行，R12 "), reason
    assert says in sentence


def test_answers_that_never_go_together(folders: tuple[Path, Path]) -> None:
    question = "  supervision:\n    label: 有业务主管单位吗？\n"
    swap(folders[1], (question, f"{question}    when: situation.item != 'charter'\n"), file="materials.yaml")
    swap(folders[0], (f"{NAME}}}", f"{NAME}, answers: {{item: charter, supervision: direct}}}}"))
    (sentence,) = sentences(folders[0])
    assert f"{CHANGE} 没有哪一种情形同时有这些选项，请改正" in sentence


def test_the_folder_beside_counts_also_when_it_is_not_chosen(folders: tuple[Path, Path]) -> None:
    assert [edition.matter.code for edition in editions_of(folders[:1])] == [REISSUE]
    shutil.rmtree(folders[1])
    assert "没有 social-organisation-change 这个可以申请的事项" in sentences(folders[0])[0]


CIRCLES = [
    ("", (), True, "back to any situation, of which one sends on"),
    (", answers: {reason: changed}", (), True, "back to the very situation"),
    (", answers: {reason: lost}", (), False, "back to a situation that keeps the applicant"),
    (
        ", answers: {reason: lost}",
        ONWARD,
        True,
        "back by way of another situation",
    ),
    (
        ", answers: {reason: lost}",
        (*ONWARD, (UNCHANGED, HELD)),
        False,
        "a way on which a licence would have to be held and not held",
    ),
]


@pytest.mark.parametrize(("answers", "more", "circle", "reason"), CIRCLES, ids=[row[-1] for row in CIRCLES])
def test_redirects_in_a_circle_between_matters(
    folders: tuple[Path, Path],
    answers: str,
    more: tuple[tuple[str, str], ...],
    circle: bool,  # noqa: FBT001 (a column of the table)
    reason: str,
) -> None:
    swap(folders[1], (DOMICILE, DOMICILE.replace("{to: not-needed}", BACK % answers)))
    swap(folders[0], *more)
    if not circle:
        assert len(editions_of(folders)) == 2, reason
        return
    found = sentences(*folders)
    assert [sentence.partition("/")[0] for sentence in found] == [REISSUE, CHANGE], reason
    assert all("会把申请人送回原来的事项，请改正其中一个的条件或者去向" in sentence for sentence in found)
    assert len(sentences(folders[1])) == 1, "also when only one of them is to be published"


def test_an_expression_that_does_not_work_is_told_once_by_its_own_check(folders: tuple[Path, Path]) -> None:
    swap(folders[0], ("situation.reason != 'changed'", "situation.reason + 1"))
    reissue, _ = contents_of(folders)
    assert any("R12" in finding.says for finding in findings(*reissue))


@pytest.fixture
def found() -> Services:
    return kit.services()


def test_a_release_needs_the_other_matter_in_force_or_published_along(
    found: Services, folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert release_all(found, [folders[0]], Stewards()) == 1
    assert "R12 的 redirect.matter 没有 social-organisation-change 这个可以申请的事项" in capsys.readouterr().out
    assert release_all(found, list(folders), Stewards()) == 0
    assert current(found, REISSUE).version == 1


def test_a_release_is_not_confirmed_once_the_other_matter_has_ended(found: Services, folders: tuple[Path, Path]) -> None:
    one, two = Stewards()
    reissue, change = contents_of(folders)
    ended = published(found, drafted(found, change, one), Stewards())
    draft = drafted(found, reissue, one)
    assert draft.findings == ()
    retire(found, ended.id, Said(two, "停止办理"), Once(found, two, "key-1", {}), lambda _: None)
    with pytest.raises(ReleaseRefusedError, match="没有 social-organisation-change 这个可以申请的事项"):
        published(found, draft, Stewards())


def decided(store: Store | None = None) -> tuple[Services, dict[str, object]]:
    """An applicant whose certificate says what is no longer so."""
    found = kit.services(store)
    given = kit.examples(REISSUE)["02-changed.yaml"].given
    kit.populate(found, given, REISSUE)
    application = Application(matter=REISSUE, region=given.region, situation=given.situation, form=given.form)
    return found, dict(submit(found, application, kit.party(found, ("甄会长", "211202196102159014")), "key-1"))


def test_the_applicant_is_told_the_matter_by_name_and_code() -> None:
    _, answer = decided()
    assert answer["status"] == "redirected"
    assert answer["direction"] == {"to": "matter", "matter": CHANGE, "matter_name": NAME, "answers": {}}


def test_the_lineage_tells_who_sends_to_a_matter() -> None:
    found, _ = decided()
    publish(found, kit.edition(CHANGE), found.now())
    ((entry,), _) = page_of_uses(found, node_of(f"matter:{CHANGE}"))
    assert (entry.matter, entry.conditions) == (REISSUE, ("R12",))


def test_guide_notice_and_lists_name_it() -> None:
    edition, told = kit.edition(REISSUE), f"“{NAME}”（{CHANGE}）"
    page = guide_of(edition, "211202")
    assert [(part.name, part.matter) for part in page.elsewhere] == [(NAME, CHANGE)]
    assert f"不在这里换发证书。 | {NAME}（{CHANGE}） |" in markdown(page)
    assert [part.barred for part in page.situations if part.barred] == [f"{page.elsewhere[0].when}请办理{told}。"]
    barred, kept = (notice_of(edition, {"reason": reason}) for reason in ("changed", "lost"))
    assert any(told in sentence for sentence in barred.sentences)
    assert [part.otherwise for part in kept.requirements if part.condition == "R12"] == [f"告知另行办理：{told}"]
    assert any(told in cell for row in LISTS["forbidden"].rows(edition) for cell in row)
    assert any(told in cell for row in LISTS["paths"].rows(edition) for cell in row)
