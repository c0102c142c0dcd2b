"""The kinds of value a setting can have: durations, hours, folders, secrets kept elsewhere."""

from __future__ import annotations

import ipaddress
import os
import re
from datetime import time, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator


class Secret:
    """Where a secret is kept: ``env:NAME`` or ``file:/path``; never the secret itself."""

    def __init__(self, kept: str) -> None:
        if kept and not re.fullmatch(r"env:[A-Za-z_][A-Za-z0-9_]*|file:.+", kept):
            # What was written may be the secret itself: it is not repeated.
            raise ValueError(
                'a secret is never written here: put "env:NAME" (an environment variable)'
                ' or "file:/path" (a file that only the bot may read)'
            )
        self.kept = kept

    def __bool__(self) -> bool:
        return bool(self.kept)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.kept == self.kept

    def __hash__(self) -> int:
        return hash(self.kept)

    def __repr__(self) -> str:
        return f"Secret({self.kept!r})"

    def reveal(self) -> str:
        """The secret; raises LookupError, naming the place, if it is not there."""
        if not self.kept:
            raise LookupError("no secret is named")
        how, _, where = self.kept.partition(":")
        try:
            found = os.environ[where] if how == "env" else Path(where).read_text("utf-8").strip()
        except (KeyError, OSError) as wrong:
            raise LookupError(f"the secret {self.kept} cannot be read") from wrong
        if not found:
            raise LookupError(f"the secret {self.kept} is empty")
        return found


def _duration(value: object) -> object:
    if isinstance(value, timedelta):
        return value
    parts = re.fullmatch(r"([1-9]\d{0,8}) ?(s|min|h|d)", value) if isinstance(value, str) else None
    if parts is None:
        raise ValueError('must be a duration such as "5 min" (units: s, min, h, d)')
    amount = int(parts[1])
    length = timedelta(seconds=amount * {"s": 1, "min": 60, "h": 3_600, "d": 86_400}[parts[2]])
    if length > timedelta(days=366):
        raise ValueError("must be at most a year")
    return length


def _hour(value: object) -> object:
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError('must be an hour of the day such as "08:30"')
    return time.fromisoformat(value)


def _path(value: object) -> object:
    return Path(value).expanduser() if isinstance(value, str) and value else value


def _zone(value: object) -> object:
    try:
        return ZoneInfo(str(value)).key
    except (ValueError, OSError, LookupError) as wrong:
        raise ValueError("must be a time zone such as Asia/Shanghai") from wrong


def _loopback(value: object) -> object:
    try:
        near = value == "localhost" or ipaddress.ip_address(str(value)).is_loopback
    except ValueError:
        near = False
    if not near:
        raise ValueError(
            "must be this machine (127.0.0.1): in the local chat anybody may speak as anybody;"
            " reach it from elsewhere through an SSH tunnel"
        )
    return value


def _endpoint(value: object) -> object:
    parts = re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[\w.-]+):(\d{1,5})", str(value))
    if value != "" and (parts is None or not 0 < int(parts[2]) < 65_536):
        raise ValueError('must be an address and a port, such as "127.0.0.1:8788"')
    return value


def kept_private(endpoint: str) -> str:
    """The endpoint, if what is said to it stays on this machine or in a private network.

    A name without dots is taken for one of those: ``localhost``, or a neighbour in a compose file.
    """
    host = endpoint.rpartition(":")[0].strip("[]")
    try:
        private = ipaddress.ip_address(host).is_private
    except ValueError:
        private = "." not in host
    if not private:
        raise ValueError(
            "must be this machine or a private network: everything said would cross the internet"
            " in the clear; use a tunnel, or set allow_plaintext = true if it is one"
        )
    return endpoint


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Hour = Annotated[time, BeforeValidator(_hour)]
Folder = Annotated[Path, BeforeValidator(_path)]
Zone = Annotated[str, BeforeValidator(_zone)]
Loopback = Annotated[str, BeforeValidator(_loopback)]
Endpoint = Annotated[str, BeforeValidator(_endpoint)]
Kept = Annotated[
    Secret, BeforeValidator(lambda value: Secret(value) if isinstance(value, str) else value)
]
