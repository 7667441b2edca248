"""The laptop's own sources lead to the simulated department, which answers who may ask, as the same one each time."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from functions.networks import resolve
from miaoban.evidence.errors import QuestionRefusedError
from miaoban.evidence.inquiry import Answered, Question
from miaoban.memory import MemorySigner
from miaoban.operations.destinations import Gate
from miaoban.web.asking import WebAsker
from miaoban.web.lines import Lines
from tests import kit
from tools.counterpart import KIND, SOURCE, department, own_sources
from tools.department import DepartmentError
from tools.folders import edition_of

QUERIES = kit.ROOT / "matters" / "mobile-queries"
INSURED = {"number": kit.REPRESENTATIVE[1], "name": kit.REPRESENTATIVE[0], "status": "参保缴费"}
QUESTION = Question(
    source=SOURCE, kind=KIND, key={"number": INSURED["number"]}, purpose="decide", case="c", request_id="0123456789ABCDEF"
)


def ask(place: Path, signer: MemorySigner) -> Answered:
    asking = edition_of(QUERIES, own_sources(place)).sources[SOURCE].asking
    assert asking
    lines = Lines()
    try:
        return WebAsker(Gate(resolve, ("127.0.0.0/8",)), signer, lines, lambda: datetime.now(UTC)).ask(QUESTION, asking, 5)
    finally:
        lines.close()


def signer() -> MemorySigner:
    return MemorySigner(ec.generate_private_key(ec.SECP256R1()))


def test_the_department_answers_where_the_own_source_says(tmp_path: Path) -> None:
    asker = signer()
    for _ in range(2):
        with department(asker.public_key(), tmp_path) as found:
            found.register.put(KIND, INSURED)
            assert ask(tmp_path, asker).values == INSURED


def test_it_answers_nobody_else(tmp_path: Path) -> None:
    with department(signer().public_key(), tmp_path), pytest.raises(QuestionRefusedError):
        ask(tmp_path, signer())


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with department(signer().public_key(), tmp_path), pytest.raises(DepartmentError, match="已被占用"):
        department(signer().public_key(), tmp_path)
