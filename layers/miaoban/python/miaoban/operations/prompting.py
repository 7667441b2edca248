"""Prompting: which asks a message means, the one that it names, or those of a case that has begun to wait."""

from collections.abc import Iterator
from typing import Final

from pydantic import TypeAdapter

from miaoban.case.errors import CaseErasedError, CaseNotFoundError
from miaoban.operations.cases import load
from miaoban.operations.catching_up import Prompt
from miaoban.operations.relay import CloudEvent, Tolerant
from miaoban.operations.services import Services


class WaitBegun(Tolerant):
    """The bus's envelope of the event that a case waits."""

    detail: CloudEvent


_MESSAGE: Final = TypeAdapter[Prompt | WaitBegun](Prompt | WaitBegun)


def records_of(services: Services, text: str) -> Iterator[str]:
    """The partitions of the records that a message asks for; none for a case that waits no more, or for no such record."""
    message = _MESSAGE.validate_json(text)
    if isinstance(message, Prompt):
        yield message.record
        return
    try:
        case = load(services, message.detail.data.case).case
    except (CaseErasedError, CaseNotFoundError):
        return
    yield from (f"{record.source}#{record.kind}#{record.key}" for record in case.waiting_on if record.kind)
