"""The environment of the notify function, beside that of the services."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from functions.networks import Networks


class Settings(BaseModel):
    """The queue for retries, which is the function's own, and the private networks that webhooks may lead to.

    `event_queues` and a department's code name the queue of a department that is told over one of its own, in this account.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    notify_queue: Annotated[str, Field(alias="NOTIFY_QUEUE", min_length=1)]
    event_queues: Annotated[str, Field(alias="EVENT_QUEUES", min_length=1)]
    webhook_networks: Annotated[Networks, Field(alias="WEBHOOK_NETWORKS")] = ()

    def queue(self, department: str) -> str:
        """The URL of a department's queue: beside the function's own."""
        return f"{self.notify_queue.rpartition('/')[0]}/{self.event_queues}{department}"
