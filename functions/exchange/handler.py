"""Entry of the exchange function: decisions to hand up and days to compare in, the messages to redeliver out."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from functions.batches import Batch, Context, Record
from functions.composition import new_id, now, services
from functions.exchange.settings import Settings
from functions.networks import resolve
from functions.telemetry import count, logger
from miaoban.operations.destinations import Gate
from miaoban.operations.handing_up import Compare, hand_up, reconcile
from miaoban.operations.relay import CloudEvent, Tolerant
from miaoban.operations.services import Services
from miaoban.operations.upper import UpperPlatform
from miaoban.web.lines import Lines
from miaoban.web.upper import WebUpper

SERVICE = "exchange"
MARGIN = 30_000
"""Milliseconds that must be left to begin a message."""


class Decided(Tolerant):
    """The bus's envelope of the event that a case was decided."""

    detail: CloudEvent


MESSAGE = TypeAdapter[Compare | Decided](Compare | Decided)


@dataclass(frozen=True)
class Desk:
    """What exchanging works with; no platform, nothing to hand up to."""

    services: Services
    upper: UpperPlatform | None


def handler(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Take a batch."""
    return take(desk(), event, context)


@cache
def desk() -> Desk:
    """Return what exchanging works with in this environment, made on first use."""
    settings, found = Settings.model_validate(os.environ), services()
    if not settings.platform_url:
        return Desk(found, None)
    gate = Gate(resolve, settings.platform_networks)
    return Desk(found, WebUpper(settings.platform_url, gate, found.signer, Lines(), now, new_id))


def take(desk: Desk, event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Take a batch at this desk; one message that fails stops no other."""
    return Batch(SERVICE, MARGIN, lambda record: _taken(desk, record)).answer(event, context)


def _taken(desk: Desk, record: Record) -> str:
    message = MESSAGE.validate_json(record["body"])
    if desk.upper is None:
        return "no-platform"
    if isinstance(message, Decided):
        number = hand_up(desk.services, desk.upper, message.detail)
        logger(SERVICE).info("handed up", extra={"correlation_id": message.detail.data.case, "items": number})
        return "handed-up"
    found = reconcile(desk.services, desk.upper, message.region, message.day)
    told = found.model_dump(mode="json", exclude={"at", "root"})
    logger(SERVICE).info("reconciled", extra={"correlation_id": str(record["messageId"]), **told})
    count(SERVICE, "Missing", found.missing + found.altered)
    return "mended" if found.resent else "agreed"
