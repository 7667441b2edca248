"""The receipt (决定回执): everything a decision rested on, in canonical form, so that it can be decided again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter

from miaoban.canonical import canonical_text, digest, digest_of
from miaoban.catalogue.publication import Edition, Published
from miaoban.decision.conclusion import Concluded
from miaoban.decision.facts import Facts
from miaoban.decision.outcome import Decision, Outcome
from miaoban.decision.provenance import Backing, backing_documents, backings
from miaoban.decision.verdict import Verdict
from miaoban.models import CLOSED, Frozen, given

MACHINE = "machine"


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """One decision with its grounds. `digest` of its canonical text is what the ledger keeps.

    Schema 2 says what backs each value, and how values were compared; schema 1 said the grade, and whether they agreed.
    """

    __pydantic_config__ = CLOSED

    schema_version: int = 2
    case: str
    matter: str
    version: int
    edition: str
    facts: Facts
    provenance: Mapping[str, Backing | str]
    verdicts: tuple[Verdict, ...]
    outcome: Outcome
    decided_by: str = MACHINE
    reason: str | None = None
    conclusion: Concluded | None = None

    def document(self) -> dict[str, Any]:
        """The receipt as plain JSON values, without what is empty."""
        verdicts = [verdict.document() for verdict in self.verdicts]
        return {**self._first(), "verdicts": verdicts, "version": self.version}

    def sealed(self) -> tuple[str, str]:
        """The text to store, which is the canonical JSON of `document()`, and its digest.

        Most verdicts are the same in every receipt and keep their text; they stand last but one in the order of keys.
        """
        verdicts = ",".join([verdict.canonical for verdict in self.verdicts])
        text = f'{canonical_text(self._first())[:-1]},"verdicts":[{verdicts}],"version":{self.version}}}'
        return text, digest_of(text)

    def _first(self) -> dict[str, Any]:
        told = {
            "schema_version": self.schema_version,
            "case": self.case,
            "matter": self.matter,
            "edition": self.edition,
            "facts": self.facts.document(),
            "provenance": backing_documents(self.provenance),
            "outcome": self.outcome.value,
            "decided_by": self.decided_by,
            "reason": self.reason,
            "conclusion": self.conclusion and self.conclusion.model_dump(),
        }
        return given(told)

    @property
    def decided_at(self) -> datetime:
        """The moment of deciding."""
        return self.facts.now


RECEIPT: Final = TypeAdapter(Receipt)
"""Reads a stored receipt, or one handed in, as strictly as a model."""


class Proof(Frozen):
    """A receipt handed out: with the edition it names, it stands alone."""

    receipt: dict[str, Any]
    digest: str
    edition: Edition


def receipt_of(case: str, published: Published, facts: Facts, decision: Decision) -> Receipt:
    """Write down a decision made by machine."""
    return Receipt(
        case=case,
        matter=published.matter.code,
        version=published.version,
        edition=published.digest,
        facts=facts,
        provenance=backings(published.matter.fields, facts),
        verdicts=decision.verdicts,
        outcome=decision.outcome,
    )


def proof_of(receipt_text: str, edition: Edition) -> Proof:
    """The proof of a stored receipt."""
    document = RECEIPT.validate_json(receipt_text).document()
    return Proof(receipt=document, digest=digest(document), edition=edition)
