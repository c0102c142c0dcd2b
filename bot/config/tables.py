"""Every setting that is not about behaviour, with its default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from bot.config.values import (
    Duration,
    Endpoint,
    Folder,
    Hour,
    Kept,
    Loopback,
    Secret,
    Zone,
    kept_private,
)
from handlers.policy import Policy

STRICT = ConfigDict(extra="forbid", frozen=True, strict=True)


class _Table(BaseModel):
    model_config = ConfigDict(**STRICT, arbitrary_types_allowed=True)


class Bot(_Table):
    """Who it is."""

    name: Annotated[str, Field(min_length=1, max_length=20)] = "邻帮"
    words: tuple[str, ...] = ("小邻", "linbang")
    language: Literal["zh", "en"] = "zh"


class PlaceDefaults(_Table):
    """What holds for a place whose import says nothing else."""

    time_zone: Zone = "Asia/Shanghai"


class Database(_Table):
    """Where everything is remembered."""

    path: Folder = Path("data/linbang.db")


class Backup(_Table):
    """The nightly copy."""

    folder: Folder = Path("data/backups")
    at: Hour = time(3, 30)
    keep: Annotated[int, Field(ge=1, le=1_000)] = 14


class Web(_Table):
    """The local chat, the health pages and the metrics."""

    host: Loopback = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8420


class Media(_Table):
    """Photos, kept by content; ``font``: a file with Chinese letters, for labels in pictures."""

    folder: Folder = Path("data/media")
    font: str = ""


class Logs(_Table):
    """What is written down about the running."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    form: Literal["auto", "json", "console"] = "auto"


class Alarm(_Table):
    """How whoever runs the bot is told that a road to people is lost."""

    webhook: Kept = Secret("")
    command: tuple[str, ...] = ()
    heartbeat: Kept = Secret("")
    heartbeat_every: Duration = timedelta(minutes=1)


class _Outside(_Table):
    endpoint: Annotated[str, Field(pattern=r"^(https?://\S+)?$")] = ""
    model: str = ""
    key: Kept = Secret("")


class SecondReading(_Outside):
    """A language model that is asked about what the bot is unsure of; off without an endpoint."""

    from_sure: Annotated[float, Field(ge=0, le=1)] = 0.4
    deadline: Duration = timedelta(seconds=2)
    per_day: Annotated[int, Field(ge=0, le=100_000)] = 200


class Dictating(_Outside):
    """What writes voice messages down; off without an endpoint."""

    form: Annotated[str, Field(pattern=r"^[a-z0-9]{2,5}$")] = "mp3"
    deadline: Duration = timedelta(seconds=10)
    per_day: Annotated[int, Field(ge=0, le=100_000)] = 200


class ReaderHelp(_Table):
    """What helps the reader."""

    beside: bool = True
    llm: SecondReading = SecondReading()
    speech: Dictating = Dictating()


class Local(_Table):
    """The local chat as a road to people."""

    enabled: bool = True


class _PuppetService(_Table):
    allow_plaintext: bool = False
    endpoint: Endpoint = ""
    token: Kept = Secret("")

    @field_validator("endpoint")
    @classmethod
    def _private(cls, value: str, others: ValidationInfo) -> str:
        return value if others.data.get("allow_plaintext") else kept_private(value)


class WeChatAccount(_PuppetService):
    """One of several accounts: its puppet service, and a name to tell it by."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,20}$")]


class Pacing(_Table):
    """How fast an account of WeChat talks, so that it is not taken for a machine."""

    seconds_between: Annotated[float, Field(ge=0, le=60)] = 1.5
    jitter: Annotated[float, Field(ge=0, le=5)] = 0.5
    per_minute: Annotated[int, Field(ge=1, le=1_000)] = 20
    per_minute_in_room: Annotated[int, Field(ge=1, le=1_000)] = 10
    echo_within: Duration = timedelta(minutes=1)


class WeChat(_PuppetService):
    """WeChat through Wechaty puppet services: one account here, or several in ``accounts``."""

    enabled: bool = False
    accounts: tuple[WeChatAccount, ...] = ()
    call_deadline: Duration = timedelta(seconds=15)
    ping_every: Duration = timedelta(seconds=10)
    longest_wait: Duration = timedelta(seconds=30)
    pace: Pacing = Pacing()

    @field_validator("accounts")
    @classmethod
    def _told_apart(cls, value: tuple[WeChatAccount, ...]) -> tuple[WeChatAccount, ...]:
        if len({one.name for one in value}) < len(value):
            raise ValueError("must have a name of its own each")
        return value


class Gateways(_Table):
    """The roads to people."""

    local: Local = Local()
    wechat: WeChat = WeChat()


class General(_Table):
    """What runs the bot, whatever its manners."""

    bot: Bot = Bot()
    place: PlaceDefaults = PlaceDefaults()
    database: Database = Database()
    backup: Backup = Backup()
    web: Web = Web()
    media: Media = Media()
    logs: Logs = Logs()
    alarm: Alarm = Alarm()
    gateways: Gateways = Gateways()
    reader: ReaderHelp = ReaderHelp()


class Settings(General):
    """Everything that can be set; ``places`` holds the policy of places that differ."""

    policy: Policy = Policy()
    places: Mapping[str, Policy] = {}

    @property
    def everywhere(self) -> Policy:
        """The policy with those of the places that differ."""
        return replace(self.policy, places=self.places)
