"""The HTTP face of the peer: one endpoint, `POST /v1/applications`."""

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from logging import Logger
from typing import Annotated
from uuid import uuid4

from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response

from benchmarks.peer.errors import IdempotencyConflictError, TokenError
from benchmarks.peer.filing import Service, Submission, submit
from benchmarks.peer.forms import Answer, GrainFiling
from benchmarks.peer.keys import Identity, Keys, digest
from benchmarks.peer.logs import open_log
from benchmarks.peer.orm import OrmDatabase
from benchmarks.peer.rules import ORGANS
from benchmarks.peer.tuned import TunedDatabase
from benchmarks.peer.vault import Vault

ROLE = "applicant"


@dataclass(frozen=True, slots=True)
class Process:
    """What every request uses: the service and the log."""

    service: Service
    log: Logger


@asynccontextmanager
async def lifespan(application: FastAPI) -> AsyncIterator[None]:
    """Open the pool and load the keys once."""
    url, tuned = os.environ["PEER_DATABASE_URL"], os.environ.get("PEER_TUNED")
    database = TunedDatabase(url) if tuned else OrmDatabase(url)
    application.state.process = Process(Service(database, Keys.from_environment(), Vault.from_environment()), open_log())
    yield
    await database.engine.dispose()


app = FastAPI(title="Peer", lifespan=lifespan)


async def process_of(request: Request) -> Process:
    """Return what the lifespan opened."""
    process: Process = request.app.state.process
    return process


Opened = Annotated[Process, Depends(process_of)]


async def identity_of(process: Opened, authorization: Annotated[str, Header()]) -> Identity:
    """Return who calls by the bearer token, or answer 401."""
    try:
        return process.service.keys.identity(authorization)
    except TokenError as error:
        raise HTTPException(401, str(error)) from error


@app.post("/v1/applications", status_code=201, response_model=Answer)
async def apply(
    request: Request,
    form: GrainFiling,
    process: Opened,
    identity: Annotated[Identity, Depends(identity_of)],
    idempotency_key: Annotated[str, Header(min_length=8, max_length=128)],
) -> Response:
    """Decide a grain purchase filing and issue its licence."""
    started, known = time.perf_counter(), {"correlation_id": str(uuid4()), "action": "submit_application"}
    _permit(identity, form)
    submission = Submission(form, digest(await request.body()), identity.account, idempotency_key)
    try:
        answer = await submit(process.service, submission)
    except IdempotencyConflictError as error:
        process.log.info("refused", extra={"told": {**known, "code": "key-reused"}})
        raise HTTPException(409, str(error)) from error
    took = round(1000 * (time.perf_counter() - started), 1)
    process.log.info("answered", extra={"told": {**known, "county": form.county, "milliseconds": took}})
    return Response(answer, 201, media_type="application/json")


def _permit(identity: Identity, form: GrainFiling) -> None:
    if ROLE not in identity.roles or form.agent.account != identity.account:
        raise HTTPException(403, "经办人与登录账号不一致")
    if form.county not in ORGANS:
        raise HTTPException(403, "没有办理该县业务的机关")


@app.get("/health", status_code=204)
async def health() -> None:
    """Answer when the service has started."""
