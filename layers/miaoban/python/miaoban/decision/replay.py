"""Replay: a receipt decided again from itself alone, and the first place where the answer differs."""

from dataclasses import replace
from typing import Any, NamedTuple

from pydantic import ValidationError

from miaoban.canonical import digest
from miaoban.catalogue.errors import SituationError
from miaoban.catalogue.publication import Published
from miaoban.decision.conclusion import Conclusions, Said, concluded
from miaoban.decision.errors import ReceiptError
from miaoban.decision.outcome import Outcome, decide
from miaoban.decision.receipt import MACHINE, RECEIPT, Proof, Receipt, receipt_of

JUDGED = ("verdicts", "outcome", "conclusion", "provenance")
_PAIR = ("field", "label", "declared", "held", "agrees")


class Difference(NamedTuple):
    """The first place where the replayed receipt is not the receipt."""

    pointer: str
    stated: Any
    replayed: Any


def replay(document: Any) -> Difference | None:
    """Decide a proof again; None when it agrees. Raises ReceiptError when it is no proof or not of this edition."""
    proof, receipt = _read(document)
    published = Published(edition=proof.edition, version=receipt.version, digest=receipt.edition)
    try:
        situation, _ = published.situation(receipt.facts.situation)
    except SituationError as error:
        raise ReceiptError(f"回执记载的情形在所附的事项版本中不存在（{error}），文件被改动过") from error
    again = receipt_of(receipt.case, published, receipt.facts, decide(published.matter, situation, receipt.facts))
    if receipt.decided_by != MACHINE:
        outcome, conclusion = _said(published.matter.reviewer.conclusions, receipt)
        again = replace(again, outcome=outcome, conclusion=conclusion)
    replayed = _judged(again)
    return first_difference(_judged(receipt), _as_first(replayed) if receipt.schema_version == 1 else replayed)


def _read(document: Any) -> tuple[Proof, Receipt]:
    try:
        proof = Proof.model_validate(document)
        receipt = RECEIPT.validate_python(proof.receipt)
    except ValidationError as error:
        place = "/".join(str(step) for step in error.errors()[0]["loc"])
        raise ReceiptError(f"这不是决定回执：{place} 处不符合格式，请使用下载的完整回执文件") from error
    if digest(proof.receipt) != proof.digest:
        raise ReceiptError("回执内容与其摘要不符，文件被改动过")
    if proof.edition.digest != receipt.edition:
        raise ReceiptError("回执所附的事项版本与回执记载的摘要不符，文件被改动过")
    return proof, receipt


def _judged(receipt: Receipt) -> dict[str, Any]:
    document = receipt.document()
    return {part: document.get(part) for part in JUDGED}


def _as_first(judged: dict[str, Any]) -> dict[str, Any]:
    """What the first schema says of the same: of a value its grade, of two values only whether they agree."""
    verdicts = [
        {**verdict, "compared": [{name: pair[name] for name in _PAIR if name in pair} for pair in verdict["compared"]]}
        for verdict in judged["verdicts"]
    ]
    return {**judged, "verdicts": verdicts, "provenance": {code: one["grade"] for code, one in judged["provenance"].items()}}


def _said(conclusions: Conclusions, receipt: Receipt) -> Said:
    """What a person's word made of the case: the outcome that the conclusion brings, or else the one that was given.

    Without a conclusion that the matter has, where it has some, the case would still be with the person.
    """
    if not conclusions:
        return Said(receipt.outcome)
    stated = receipt.conclusion
    return concluded(conclusions, stated.code) if stated and stated.code in conclusions else Said(Outcome.REVIEWING)


def first_difference(stated: Any, replayed: Any, pointer: str = "") -> Difference | None:
    """The first difference of two JSON values in document order, by JSON pointer."""
    if isinstance(stated, dict) and isinstance(replayed, dict):
        pairs = [
            (key, stated.get(key), replayed.get(key)) for key in [*stated, *(key for key in replayed if key not in stated)]
        ]
    elif isinstance(stated, list) and isinstance(replayed, list) and len(stated) == len(replayed):
        pairs = [(str(place), one, other) for place, (one, other) in enumerate(zip(stated, replayed, strict=True))]
    else:
        return None if stated == replayed else Difference(pointer, stated, replayed)
    differences = (first_difference(one, other, f"{pointer}/{key}") for key, one, other in pairs)
    return next((difference for difference in differences if difference), None)
