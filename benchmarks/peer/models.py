"""The peer's tables."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, relationship


class Base(DeclarativeBase):
    """Base of the tables."""

    type_annotation_map = {  # noqa: RUF012  (SQLAlchemy reads it from the class)
        dict[str, Any]: JSONB,
        datetime: DateTime(timezone=True),
        bytes: LargeBinary,
    }


class LegalPerson(Base):
    """The legal person register 法人基础信息库."""

    __tablename__ = "legal_persons"
    uscc: Mapped[str] = mapped_column(String(18), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    entity_type: Mapped[str] = mapped_column(String(2))
    status: Mapped[str] = mapped_column(String(16))
    scope: Mapped[str] = mapped_column(Text)
    legal_representative: Mapped[str] = mapped_column(Text)
    legal_pseudonym: Mapped[str] = mapped_column(String(40))
    registered_address: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64))
    updated_at: Mapped[datetime]


class AgentAuthorisation(Base):
    """Who may act for an enterprise, by the pseudonym of the number, and until when."""

    __tablename__ = "agent_authorisations"
    uscc: Mapped[str] = mapped_column(String(18), primary_key=True)
    agent: Mapped[str] = mapped_column(String(40), primary_key=True)
    valid_until: Mapped[date]


class AbnormalListing(Base):
    """The list of abnormal operations 经营异常名录."""

    __tablename__ = "abnormal_listings"
    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    uscc: Mapped[str] = mapped_column(String(18), index=True)
    reason: Mapped[str] = mapped_column(Text)
    listed_on: Mapped[date]


class Case(Base):
    """An application with its form, personal numbers in it protected."""

    __tablename__ = "cases"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    matter: Mapped[str] = mapped_column(String(64))
    account: Mapped[str] = mapped_column(String(64), index=True)
    state: Mapped[str] = mapped_column(String(16))
    form: Mapped[dict[str, Any]]
    received_at: Mapped[datetime]


class OfCase:
    """What belongs to a case, and is written after it."""

    @declared_attr
    def case(self) -> Mapped[Case]:
        """The case."""
        return relationship(Case, lazy="raise")


class TimelineEvent(OfCase, Base):
    """What happened to a case, in order."""

    __tablename__ = "timeline_events"
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(String(64))
    data: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class Decision(OfCase, Base):
    """A case's decision; the receipt is kept as the text that was digested."""

    __tablename__ = "decisions"
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(16))
    receipt: Mapped[str] = mapped_column(Text)
    receipt_sha256: Mapped[str] = mapped_column(String(64))
    decided_at: Mapped[datetime]


class Licence(OfCase, Base):
    """A licence: the credential as it was signed, and the ES256 signature (DER)."""

    __tablename__ = "licences"
    number: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), unique=True)
    credential: Mapped[str] = mapped_column(Text)
    signature: Mapped[bytes]
    issued_at: Mapped[datetime]


class FilingGuard(OfCase, Base):
    """At most one valid filing for each matter, enterprise and county."""

    __tablename__ = "filing_guards"
    matter: Mapped[str] = mapped_column(String(64), primary_key=True)
    uscc: Mapped[str] = mapped_column(String(18), primary_key=True)
    county: Mapped[str] = mapped_column(String(6), primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))


class IdempotencyRecord(Base):
    """An answer that was given, to give again."""

    __tablename__ = "idempotency_records"
    account: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    body_sha256: Mapped[str] = mapped_column(String(64))
    answer: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class LedgerLeaf(Base):
    """A leaf of the ledger, to be put under a tree head later."""

    __tablename__ = "ledger_leaves"
    __table_args__ = (UniqueConstraint("case_id"),)
    position: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    case_id: Mapped[UUID]
    leaf_sha256: Mapped[bytes]


class OutboxEvent(Base):
    """An event to publish after the commit."""

    __tablename__ = "outbox_events"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
