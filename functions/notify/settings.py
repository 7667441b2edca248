"""The environment of the notify function, beside that of the services."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from functions.networks import Networks


class Settings(BaseModel):
    """The queue for retries, which is the function's own, and the private networks that webhooks may lead to."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    notify_queue: Annotated[str, Field(alias="NOTIFY_QUEUE", min_length=1)]
    webhook_networks: Annotated[Networks, Field(alias="WEBHOOK_NETWORKS")] = ()
