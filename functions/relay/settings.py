"""The environment of the relay function."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """The bus that case events go to, by name or ARN, and the queue for what can not be read, by URL."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    event_bus: Annotated[str, Field(alias="EVENT_BUS", min_length=1)]
    relay_dead_letters: Annotated[str, Field(alias="RELAY_DEAD_LETTERS", min_length=1)]
