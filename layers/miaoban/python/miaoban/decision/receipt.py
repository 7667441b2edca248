"""The receipt (决定回执): everything a decision rested on, in canonical form, so that it can be decided again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from miaoban.canonical import canonical_text, digest, digest_of
from miaoban.catalogue.publication import Edition, Published
from miaoban.decision.facts import Facts
from miaoban.decision.outcome import Decision, Outcome
from miaoban.decision.provenance import grades
from miaoban.decision.verdict import Verdict
from miaoban.models import Frozen

MACHINE = "machine"


class Receipt(Frozen):
    """One decision with its grounds. `digest` of its canonical text is what the ledger keeps."""

    schema_version: int = 1
    case: str
    matter: str
    version: int
    edition: str
    facts: Facts
    provenance: Mapping[str, str]
    verdicts: tuple[Verdict, ...]
    outcome: Outcome
    decided_by: str = MACHINE
    reason: str | None = None

    def document(self) -> dict[str, Any]:
        """The receipt as plain JSON values, without what is empty."""
        return self.model_dump(mode="json", exclude_none=True)

    def sealed(self) -> tuple[str, str]:
        """The text to store, which is the canonical JSON of `document()`, and its digest.

        Most verdicts are the same in every receipt and keep their text; they stand last but one in the order of keys.
        """
        rest = {
            "schema_version": self.schema_version,
            "case": self.case,
            "matter": self.matter,
            "edition": self.edition,
            "facts": self.facts.document(),
            "provenance": self.provenance,
            "outcome": self.outcome.value,
            "decided_by": self.decided_by,
            **({} if self.reason is None else {"reason": self.reason}),
        }
        verdicts = ",".join(verdict.canonical for verdict in self.verdicts)
        text = f'{canonical_text(rest)[:-1]},"verdicts":[{verdicts}],"version":{self.version}}}'
        return text, digest_of(text)

    @property
    def decided_at(self) -> datetime:
        """The moment of deciding."""
        return self.facts.now


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
        provenance=grades(published.matter.fields, facts),
        verdicts=decision.verdicts,
        outcome=decision.outcome,
    )


def proof_of(receipt_text: str, edition: Edition) -> Proof:
    """The proof of a stored receipt."""
    document = Receipt.read(receipt_text).document()
    return Proof(receipt=document, digest=digest(document), edition=edition)
