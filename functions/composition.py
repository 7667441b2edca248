"""Where ports meet adapters: the services of a function, made from its environment on first use."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict

from miaoban.aws.files import S3Files
from miaoban.aws.outbox import SqsOutbox
from miaoban.aws.signer import KmsSigner
from miaoban.aws.store import DynamoStore
from miaoban.aws.vault import SecretVault
from miaoban.operations.services import FILES_KEPT, LOOKS_KEPT, Services
from miaoban.storage import Table

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is read as another."""


class Settings(BaseModel):
    """The environment of every function that decides or keeps cases, in upper case: CASE_TABLE and so on."""

    model_config = ConfigDict(frozen=True, alias_generator=str.upper)

    case_table: str
    record_table: str
    catalogue_table: str
    secret: str
    signing_key: str = ""
    suite: Literal["p256", "sm2"] = "p256"
    resume_queue: str = ""
    ask_queue: str = ""
    look_days: int = LOOKS_KEPT.days
    file_bucket: str = ""
    file_days: int = FILES_KEPT.days


_handed_in: ContextVar[Services | None] = ContextVar("services", default=None)


@contextmanager
def use(handed_in: Services) -> Iterator[None]:
    """Let the functions called inside work with these services: the one seam for whoever composes them otherwise."""
    token = _handed_in.set(handed_in)
    try:
        yield
    finally:
        _handed_in.reset(token)


def services() -> Services:
    """The services handed in, or else the process's; raises pydantic's ValidationError naming the settings missing."""
    return _handed_in.get() or _composed()


@cache
def _composed() -> Services:
    """The services of this environment, made on first use."""
    settings = Settings.model_validate(os.environ)
    tables = {
        Table.CASES: settings.case_table,
        Table.RECORDS: settings.record_table,
        Table.CATALOGUE: settings.catalogue_table,
    }
    return Services(
        store=DynamoStore(tables),
        vault=SecretVault(settings.secret),
        signer=KmsSigner(settings.signing_key, settings.suite),
        resumes=SqsOutbox(settings.resume_queue),
        prompts=SqsOutbox(settings.ask_queue),
        files=S3Files(settings.file_bucket),
        now=now,
        new_id=new_id,
        looks_kept=timedelta(days=settings.look_days),
        files_kept=timedelta(days=settings.file_days),
    )


def now() -> datetime:
    """The current moment."""
    return datetime.now(UTC)


def new_id(letters: int) -> str:
    """Random letters and digits that people can read out."""
    return "".join([LETTERS[byte % len(LETTERS)] for byte in secrets.token_bytes(letters)])  # 256 is a multiple of 32
