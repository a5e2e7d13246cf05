"""What a person may set, through environment variables that begin with SLOPEWISE_.

Every setting has a default that works; docs/reference/settings.md is written from this class.
"""

import ipaddress
import os
from pathlib import Path

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from slopewise.errors import InputError

__all__ = ["Settings", "load_settings"]

MEBIBYTE = 1024 * 1024


def _default_data_folder() -> Path:
    """The folder for data of this account, as the XDG base directory specification names it."""
    told = os.environ.get("XDG_DATA_HOME", "")
    parent = Path(told) if told else Path.home() / ".local" / "share"
    return parent / "slopewise"


class Settings(BaseSettings):
    """Settings of one run of slopewise; frozen."""

    model_config = SettingsConfigDict(
        env_prefix="SLOPEWISE_", frozen=True, extra="ignore", env_ignore_empty=True
    )

    data_folder: Path = Field(
        default_factory=_default_data_folder,
        description="Folder of the store. `make run` sets it to `slopewise-data/` in the checkout.",
    )
    host: str = Field(
        default="127.0.0.1",
        description="Address the web application listens on. Only this machine's own (loopback) "
        "addresses are accepted: there is no log-in yet, so anyone who can reach it can read it.",
    )
    port: int = Field(
        default=8321,
        ge=0,
        le=65535,
        description="Port of the web application; 0 lets the system choose a free one.",
    )
    upload_limit_mebibytes: int = Field(
        default=50,
        ge=1,
        le=1024,
        description="Largest upload to the web application, in MiB. The command line reads "
        "from disk and has a limit of its own for each file.",
    )
    demo: bool = Field(
        default=False,
        description="Work on the store of the simulated demonstration clinic instead of your own.",
    )

    @field_validator("host")
    @classmethod
    def _is_loopback(cls, value: str) -> str:
        if value == "localhost":
            return value
        try:
            loopback = ipaddress.ip_address(value).is_loopback
        except ValueError:
            loopback = False
        if not loopback:
            message = (
                "only addresses of this machine itself are accepted, such as 127.0.0.1: there is "
                "no log-in, so anyone who can reach the application can read patients' data"
            )
            raise ValueError(message)
        return value

    @property
    def store_path(self) -> Path:
        """File of the store; simulated patients never share a file with a clinic's own."""
        name = "demonstration.sqlite" if self.demo else "slopewise.sqlite"
        return self.data_folder / name

    @property
    def upload_limit_bytes(self) -> int:
        """The upload limit in bytes."""
        return self.upload_limit_mebibytes * MEBIBYTE


def load_settings(*, demo: bool | None = None, port: int | None = None) -> Settings:
    """Settings from the environment, with what the command line gave on top.

    Raises InputError naming the variable, its value and what is accepted.
    """
    given = {"demo": demo, "port": port}
    try:
        return Settings.model_validate(
            {name: value for name, value in given.items() if value is not None}
        )
    except ValidationError as error:
        raise InputError(_sentence(error)) from None


def _sentence(error: ValidationError) -> str:
    parts = []
    for problem in error.errors():
        name = "SLOPEWISE_" + "_".join(str(part) for part in problem["loc"]).upper()
        reason = problem["msg"].removeprefix("Value error, ")
        parts.append(f"{name} = {problem['input']!r}: {reason}")
    return "; ".join(parts)
