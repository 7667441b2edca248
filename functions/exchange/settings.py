"""The environment of the exchange function, beside that of the services."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from functions.networks import Networks


class Settings(BaseModel):
    """Where the upper-level platform is (nowhere: there is none), and the private networks that this may lead to."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    platform_url: Annotated[str, Field(alias="PLATFORM_URL")] = ""
    platform_networks: Annotated[Networks, Field(alias="PLATFORM_NETWORKS")] = ()
