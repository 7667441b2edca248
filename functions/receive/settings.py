"""The environment of the receive function, beside that of the services."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, Json

Department = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,60}$")]


class Settings(BaseModel):
    """Where refusals are sent, how departments' own queues for them begin, and who may speak for a department.

    `SENDERS` is a JSON object from the queue's SenderId, or its part before the colon, to a department's code. Once it
    names anyone, only those it names may send; empty, the queue's policy alone says who may.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    reply_queue: Annotated[str, Field(alias="REPLY_QUEUE", min_length=1)]
    own_replies: Annotated[str, Field(alias="OWN_REPLIES", min_length=1)]
    senders: Annotated[Json[Mapping[Annotated[str, Field(min_length=1)], Department]], Field(alias="SENDERS")] = {}
