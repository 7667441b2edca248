"""The environment of the ask function, beside that of the services."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from functions.networks import Networks


class Settings(BaseModel):
    """Where sources may be asked, and where departments are asked over queues.

    The queue of a department is named by `QUESTION_QUEUES` and its code, in this account: each has one of its own, and rights
    on no other.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    source_networks: Annotated[Networks, Field(alias="SOURCE_NETWORKS")] = ()
    question_queues: Annotated[str, Field(alias="QUESTION_QUEUES", min_length=1)]
    resume_queue: Annotated[str, Field(alias="RESUME_QUEUE", min_length=1)]

    def queue(self, department: str) -> str:
        """The URL of a department's queue: all queues of an account and region have the same beginning."""
        return f"{self.resume_queue.rpartition('/')[0]}/{self.question_queues}{department}"
