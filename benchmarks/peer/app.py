"""The HTTP face of the peer: one endpoint, `POST /v1/applications`."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException, Request, Response
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.peer.database import open_engine
from benchmarks.peer.errors import IdempotencyConflictError, TokenError
from benchmarks.peer.filing import Submission, submit
from benchmarks.peer.forms import Answer, GrainFiling
from benchmarks.peer.keys import Keys, digest


@dataclass(frozen=True, slots=True)
class Service:
    """What every request uses: the connection pool and the keys."""

    engine: AsyncEngine
    keys: Keys


@asynccontextmanager
async def lifespan(application: FastAPI) -> AsyncIterator[None]:
    """Open the pool and load the keys once."""
    engine = open_engine(os.environ["PEER_DATABASE_URL"])
    application.state.service = Service(engine, Keys.from_environment())
    yield
    await engine.dispose()


app = FastAPI(title="Peer", lifespan=lifespan)


async def service_of(request: Request) -> Service:
    """Return the service that the lifespan opened."""
    service: Service = request.app.state.service
    return service


Served = Annotated[Service, Depends(service_of)]


async def account_of(service: Served, authorization: Annotated[str, Header()]) -> str:
    """Return the account of the bearer token, or answer 401."""
    try:
        return service.keys.account(authorization)
    except TokenError as error:
        raise HTTPException(401, str(error)) from error


@app.post("/v1/applications", status_code=201, response_model=Answer)
async def apply(
    request: Request,
    form: GrainFiling,
    service: Served,
    account: Annotated[str, Depends(account_of)],
    idempotency_key: Annotated[str, Header(min_length=8, max_length=128)],
) -> Response:
    """Decide a grain purchase filing and issue its licence."""
    if form.agent.account != account:
        raise HTTPException(403, "经办人与登录账号不一致")
    submission = Submission(form, digest(await request.body()), account, idempotency_key)
    try:
        answer = await submit(service.engine, service.keys, submission)
    except IdempotencyConflictError as error:
        raise HTTPException(409, str(error)) from error
    return Response(answer, 201, media_type="application/json")


@app.get("/health", status_code=204)
async def health() -> None:
    """Answer when the service has started."""
