"""The environment of the scan function, beside that of the services."""

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Where the scanner listens (`host:port`); empty, nothing can be scanned."""

    model_config = ConfigDict(frozen=True)

    scanner: str = Field(default="", alias="SCANNER")
