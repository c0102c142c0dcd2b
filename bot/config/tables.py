"""Every setting that is not about behaviour, with its default."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.config.values import Folder, Hour, Kept, Loopback, Secret, Zone
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
    """Photos, kept by content."""

    folder: Folder = Path("data/media")


class Logs(_Table):
    """What is written down about the running."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    form: Literal["auto", "json", "console"] = "auto"


class Local(_Table):
    """The local chat as a road to people."""

    enabled: bool = True


class WeChat(_Table):
    """WeChat through a Wechaty puppet service. Its gateway is still to come."""

    enabled: bool = False
    endpoint: str = ""
    token: Kept = Secret("")


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
    gateways: Gateways = Gateways()


class Settings(General):
    """Everything that can be set; ``places`` holds the policy of places that differ."""

    policy: Policy = Policy()
    places: Mapping[str, Policy] = {}

    def policy_for(self, place: str | None) -> Policy:
        """The policy of a place by its name: its own where it has one, else everybody's."""
        return self.places.get(place or "", self.policy)
