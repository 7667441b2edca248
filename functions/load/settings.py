"""The environment of the load function, beside that of the services."""

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """The bucket that files are uploaded to, and the queue of what is still to be loaded."""

    model_config = ConfigDict(frozen=True)

    import_bucket: str = Field(alias="IMPORT_BUCKET", min_length=1)
    load_queue: str = Field(alias="LOAD_QUEUE", min_length=1)
