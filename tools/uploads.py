"""Uploading a file as an app does: announce it, send it over the signed link, and wait until it is scanned."""

from hashlib import sha256
from typing import Any

import httpx

from tools.client import Answer, Client, until


def digest_of(data: bytes) -> str:
    """How a file is named in forms."""
    return f"sha256:{sha256(data).hexdigest()}"


def announce(client: Client, data: bytes, **told: Any) -> Answer:
    """Announce a file: `matter`, `material`, and `holder` where it goes to an enterprise's dossier."""
    body = {"size": len(data), "type": "application/pdf", **told}
    return client.put(f"/v1/materials/{digest_of(data)}", body)


def send(ticket: Answer, data: bytes) -> httpx.Response:
    """Send a file over the link of its ticket."""
    return httpx.put(ticket["url"], content=data, headers=ticket["headers"], timeout=30)


def upload(client: Client, data: bytes, **told: Any) -> str:
    """Announce a file, send it and wait until it is scanned; returns how far it then is."""
    ticket = announce(client, data, **told)
    if ticket["stage"] == "held":
        return "held"
    send(ticket, data).raise_for_status()
    return str(until(lambda: stage(client, data, told.get("holder")), lambda found: found != "awaited"))


def stage(client: Client, data: bytes, holder: str | None = None) -> str:
    """How far a file is, as the dossier shows it to the caller; nothing if it does not."""
    query = {"holder": holder} if holder else {}
    digest = digest_of(data)
    return next((file["stage"] for file in client.pages("/v1/materials", **query) if file["digest"] == digest), "")
