"""Publish the matters: each folder is drafted and checked as a release, proposed by one steward and confirmed by another.

The standards of materials go with them: the catalogue's to-do list asks them too.

Usage: python -m tools.publish [MATTER ...] [--check] [--proposer NAME] [--confirmer NAME] [--from MOMENT] [--sources FOLDER]

Exit codes: 0 all are published or were already, 1 something is refused and nothing was published, 2 wrong arguments.
"""

import argparse
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from miaoban.catalogue.matter import Matter
from miaoban.catalogue.publication import Published
from miaoban.catalogue.release import Release, Stage
from miaoban.decision.checks import findings
from miaoban.errors import MiaobanError
from miaoban.operations.astray import Beside
from miaoban.operations.editions import refresh
from miaoban.operations.services import Services
from miaoban.operations.standards import publish_standards
from tools.deployment import NotDeployedError, services
from tools.folders import MATTERS, Content, FoldersError, contents_of, folders, lines_of
from tools.naming import house_standards
from tools.releasing import Stewards, drafted, in_force, published, refusal, told

REFUSED, WRONG = 1, 2
NOTHING = "没有发布：请改正以上各项后重新运行"


class Terms(NamedTuple):
    """From when a release holds, at once without; and the folder of an installation's own sources, if it has one."""

    effective_from: datetime | None = None
    own: Path | None = None


AT_ONCE = Terms()


def publish_all(chosen: list[Path], found: Services | None = None, own: Path | None = None) -> list[Published]:
    """Publish some folders and the standards at once and without a word, once all are read; what is in force stays.

    `own` is the folder of an installation's own sources. Raises FoldersError, or what refuses a release.
    """
    contents, standards, stewards = contents_of(chosen, own), house_standards(), Stewards()
    found = found or services()
    beside = _matters(contents)
    drafts = [drafted(found, one, stewards.proposer, beside=beside) for one in contents if not in_force(found, one[0])]
    publish_standards(found, standards)
    for draft in drafts:
        published(found, draft, stewards, beside)
    return [refresh(found, edition.matter.code) for edition, _ in contents]


def _matters(contents: list[Content]) -> dict[str, Matter]:
    return {edition.matter.code: edition.matter for edition, _ in contents}


def check_all(chosen: list[Path], own: Path | None = None) -> int:
    """Tell what would refuse a release of some folders; nothing is published, and no deployment is needed."""
    try:
        contents = contents_of(chosen, own)
    except FoldersError as error:
        print("\n".join(_refusals(error)))
        return REFUSED
    refused = 0
    for folder, (edition, examples) in zip(chosen, contents, strict=True):
        against = findings(edition, examples)
        places = lines_of(folder, edition, own) if against else {}
        said = f"{len(against)} 处问题" if against else f"检查通过，{len(examples)} 个示例全部相符"
        print(f"{edition.matter.name}（{folder.name}）：{said}")
        for finding in against:
            print(refusal(finding.code, f"{folder.name}/{places.get(finding.says, finding.says)}"))
        refused += bool(against)
    return REFUSED if refused else 0


def release_all(found: Services, chosen: list[Path], stewards: Stewards, terms: Terms = AT_ONCE) -> int:
    """Release some folders, telling findings, impact and shadow run; nothing is published when one of them is refused."""
    try:
        contents = contents_of(chosen, terms.own)
    except FoldersError as error:
        print("\n".join((*_refusals(error), NOTHING)))
        return REFUSED
    standards, beside = house_standards(), _matters(contents)
    told_of = zip(chosen, contents, strict=True)
    made = [_drafted(found, folder, content, stewards, terms, beside) for folder, content in told_of]
    drafts = [draft for draft in made if draft]
    if any(draft.findings for draft in drafts):
        print(NOTHING)
        return REFUSED
    if digest := publish_standards(found, standards):
        print(f"材料标准：{len(standards.standards)} 项，已发布，{digest[:19]}…")
    for draft in drafts:
        print(_outcome(published(found, draft, stewards, beside)))
    return 0


def _refusals(error: FoldersError) -> list[str]:
    return [refusal(error.code, sentence) for sentence in error.sentences]


def _drafted(
    found: Services, folder: Path, content: Content, stewards: Stewards, terms: Terms, beside: Beside
) -> Release | None:
    """The checked draft of a folder, told; None when its content is in force already."""
    edition, _ = content
    if in_force(found, edition):
        print(f"{edition.matter.name}：内容与现行版本相同，{edition.digest[:19]}…")
        return None
    release = drafted(found, content, stewards.proposer, terms.effective_from, beside)
    print("\n".join(told(found, release, lines_of(folder, edition, terms.own) if release.findings else None)))
    return release


def _outcome(release: Release) -> str:
    by = f"{release.proposer} 提出，{release.confirmer} 确认"
    if release.stage is Stage.EFFECTIVE:
        return f"{release.name}：第 {release.version} 版已生效（{by}）"
    return f"{release.name}：已发布，{release.effective_from.isoformat()} 起生效（{by}）"


def main(arguments: Sequence[str] | None = None) -> int:
    """Publish the named matters, or all."""
    given = _parser().parse_args(arguments)
    chosen = [MATTERS / name for name in given.matters] or folders()
    missing = [folder.name for folder in chosen if not folder.is_dir()]
    if missing:
        print(f"matters/ 下没有 {'、'.join(missing)}，请核对名称")
        return WRONG
    if given.effective_from and given.effective_from.tzinfo is None:
        print("--from 要写明时区，例如 2026-04-01T00:00:00+08:00")
        return WRONG
    if given.sources and not given.sources.is_dir():
        print(f"没有 {given.sources} 这个文件夹，请核对 --sources")
        return WRONG
    if given.check:
        return check_all(chosen, given.sources)
    try:
        terms = Terms(given.effective_from, given.sources)
        return release_all(services(), chosen, Stewards(given.proposer, given.confirmer), terms)
    except (MiaobanError, NotDeployedError) as error:
        print(f"没有发布：{error}")
        return REFUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.publish", description="release matters by two stewards")
    default = Stewards()
    parser.add_argument("matters", metavar="MATTER", nargs="*", help="folders of matters/; all without a name")
    parser.add_argument("--check", action="store_true", help="only check, without a deployment")
    parser.add_argument("--proposer", default=default.proposer, help="the steward who proposes (%(default)s)")
    parser.add_argument("--confirmer", default=default.confirmer, help="the steward who confirms (%(default)s)")
    parser.add_argument("--sources", type=Path, help="a folder of own sources, which take the place of those of the same name")
    parser.add_argument("--from", dest="effective_from", type=datetime.fromisoformat, help="effective from; at once without")
    return parser


if __name__ == "__main__":
    sys.exit(main())
