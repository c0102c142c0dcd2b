"""What comes in: messages, timers, buttons, the hours of daily work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture kept by content: ``digest`` is the SHA-256 of its bytes, in hexadecimal."""

    digest: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message as a gateway brought it.

    ``id``, ``conversation``, ``sender`` and ``quotes`` are the gateway's own identifiers; ``at`` is
    when it was said, ``arrived`` when the bot got it.
    """

    gateway: str
    id: str
    conversation: str
    sender: str
    sender_name: str
    text: str
    at: datetime
    arrived: datetime
    private: bool = False
    to_bot: bool = False
    mentions: tuple[str, ...] = ()
    quotes: str | None = None
    quoted_text: str | None = None
    photos: tuple[Photo, ...] = ()
    voice: bool = False


@dataclass(frozen=True, slots=True)
class Timer:
    """A deadline that has come: ``key`` unique, ``kind`` picks the handler."""

    key: str
    kind: str
    ref: int
    due: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Press:
    """A button on a page: who pressed what, with which values."""

    action: str
    person_id: int
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Day:
    """The hour of a daily work has come: ``name`` is the handler's."""

    name: str
