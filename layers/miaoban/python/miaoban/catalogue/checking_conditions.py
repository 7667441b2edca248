"""Checking conditions: each has one way to hold, needs what it names, and leads somewhere when it does not hold."""

from miaoban.catalogue.condition import Condition, Effect, Enough, Redirect
from miaoban.catalogue.demands import check_expression, require
from miaoban.catalogue.errors import CatalogueError, FactError
from miaoban.catalogue.expressions import paths
from miaoban.catalogue.known_paths import RULES, exists, is_fact, unknown
from miaoban.catalogue.places import CONDITIONS
from miaoban.catalogue.publication import Edition
from miaoban.catalogue.tables import ROOT


def check_condition(edition: Edition, condition: Condition) -> None:
    """Raise CatalogueError for a condition that could not be judged, or not lawfully."""
    place = condition.id
    one = [condition.holds is not None, bool(condition.matches), condition.examine is not None].count(True)
    graded = bool(condition.grades) and one == 0
    require(one == 1 or graded, CONDITIONS, f"{place} 应当有 holds、matches 或者 examine，且只有一个，请删去或者补上", place)
    for path in condition.grades or {}:
        known = path.startswith("form.") and path.removeprefix("form.") in edition.matter.fields
        sentence = f"{place} 的 grades 只能写表单字段（form.…），没有 {path}，请核对拼写"
        require(known, CONDITIONS, sentence, place, "grades", path)
    person = condition.examine is None or condition.otherwise is Effect.REVIEW
    require(person, CONDITIONS, f"{place} 由人核查（examine），otherwise 只能是 review，请改正", place, "otherwise")
    _check_silence(edition, condition)
    refuses = condition.otherwise is Effect.REFUSE and edition.matter.nature == "filing"
    lawful = not refuses or all(basis.article for basis in condition.basis)
    require(lawful, CONDITIONS, f"{place} 备案不得无据拒绝，请写明条款", place, "basis")
    matched = [path for match in condition.matches for path in (match.declared, match.held)]
    _check_clause(edition, condition, matched, place)
    if condition.enough is not None:
        _check_clause(edition, condition.enough, [], place, "enough")


def _check_silence(edition: Edition, condition: Condition) -> None:
    """Raise CatalogueError where a condition would not wait for a source that is only asked once a case waits for it."""
    if condition.silent == "wait":
        return
    records = edition.matter.records
    named = {path.partition(".")[0] for path in (*condition.needs, *(match.held for match in condition.matches))}
    asked = sorted(name for name in named & records.keys() if edition.sources[records[name].source].asking)
    sentence = f"{condition.id} 的 silent: review 不能用于实时查询的数源（{'、'.join(asked)}），请删去：有办件等待时才会查询"
    require(not asked, CONDITIONS, sentence, condition.id, "silent")


def _check_clause(edition: Edition, clause: Condition | Enough, matched: list[str], *words: str) -> None:
    place = words[0]
    if clause.holds is not None:
        check_expression(CONDITIONS, clause.holds, *words[:1])
    named = paths(clause.holds) if clause.holds else ()
    whole = {f"{ROOT}.{name}" for name in edition.matter.tables}
    known = [*((path, exists(edition, path)) for path in named), *((path, is_fact(edition, path)) for path in matched)]
    for path, right in (*known, *((path, path in whole or exists(edition, path)) for path in clause.needs)):
        if not right:
            raise FactError(f"{place} {unknown(edition, path)}", CONDITIONS, (*words, path))
        if not _needed(edition, path, clause.needs):
            sentence = f"{place} 中的 {path} 没有列入 needs，缺数据时会被误判，请补上"
            raise CatalogueError(sentence, CONDITIONS, (*words, "needs"))


def _needed(edition: Edition, path: str, needs: tuple[str, ...]) -> bool:
    """A record's value is needed itself, or with its presence: what is not there is then judged by the expression.

    What is left of a quota is needed by its total, a table by itself, by any of its outputs, or by all that it compares.
    """
    root, _, rest = path.partition(".")
    if root == ROOT:
        name = rest.partition(".")[0]
        inputs = edition.matter.tables[name].inputs
        itself = any(need == f"{ROOT}.{name}" or need.startswith(f"{ROOT}.{name}.") for need in needs)
        return itself or all(_needed(edition, column, needs) for column in inputs)
    if root == "quota" and edition.matter.quota:
        return _needed(edition, edition.matter.quota.total, needs)
    return root in RULES or path in needs or f"{root}.present" in needs


def check_redirect(edition: Edition, condition: Condition) -> None:
    """Raise CatalogueError for a redirect that is missing, not meant, or leads nowhere."""
    redirect, place = condition.redirect, condition.id
    fits = (redirect is not None) == (condition.otherwise is Effect.REDIRECT)
    sentence = f"{place} 的 otherwise 是 redirect 时要写 redirect，否则不写，请改正"
    require(fits, CONDITIONS, sentence, place, "otherwise")
    if redirect is None:
        return
    region = redirect.to != "authority" or (redirect.region is not None and is_fact(edition, redirect.region))
    sentence = f"{place} 的 redirect.region 没有这个字段或数源字段，请核对拼写"
    require(region, CONDITIONS, sentence, place, "redirect", "region")
    if redirect.to == "matter":
        _check_other(edition.matter.code, place, redirect)
        return
    sentence = f"{place} 的 redirect 不到另一事项，不写 matter 和 name，请删去，或者把 to 改为 matter"
    require(redirect.matter is None and redirect.name is None, CONDITIONS, sentence, place, "redirect", "to")
    held = redirect.to != "held" or "held.present" in paths(condition.holds or "true")
    sentence = f"{place} 指引到已有的结果（to: held），holds 应当看 held.present，请核对"
    require(held, CONDITIONS, sentence, place, "redirect", "to")
    questions = edition.matter.questions
    known = all(code in questions and answer in questions[code].answers for code, answer in redirect.answers.items())
    sentence = f"{place} 的 redirect.answers 不是本事项的问题和选项，请核对拼写"
    require(known, CONDITIONS, sentence, place, "redirect", "answers")


def _check_other(code: str, place: str, redirect: Redirect) -> None:
    """Another matter is named by its code and its name; whether it is there, `checking_between` tells."""
    sentence = f"{place} 的 redirect 到另一事项，要写 matter（编码）和 name（名称），请补上"
    require(redirect.matter and redirect.name, CONDITIONS, sentence, place, "redirect", "to")
    sentence = f"{place} 的 redirect.matter 是本事项，请写另一个事项，或者把 to 改为 situation"
    require(redirect.matter != code, CONDITIONS, sentence, place, "redirect", "matter")
