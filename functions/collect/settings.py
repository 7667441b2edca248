"""The environment of the collect function, beside that of the services."""

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """The bucket of the nodes' files, the queue of pieces still to be collected, and where refusals are sent."""

    model_config = ConfigDict(frozen=True)

    import_bucket: str = Field(alias="IMPORT_BUCKET", min_length=1)
    collect_queue: str = Field(alias="COLLECT_QUEUE", min_length=1)
    reply_queue: str = Field(alias="REPLY_QUEUE", min_length=1)
    own_replies: str = Field(alias="OWN_REPLIES", min_length=1)
