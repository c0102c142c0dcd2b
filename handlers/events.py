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
class Happening:
    """Something that befell an account or a group, as a gateway brought it; no word of anybody.

    ``id`` is the gateway's own: what is told twice is taken once. ``at`` is when it happened.
    """

    gateway: str
    id: str
    at: datetime
    arrived: datetime

    @property
    def mid(self) -> str:
        return f"{self.gateway}:{self.id}"


@dataclass(frozen=True, slots=True)
class FriendRequest(Happening):
    """``sender`` wants to be the account's friend; ``request`` is what is accepted."""

    request: str
    sender: str
    sender_name: str
    hello: str = ""


@dataclass(frozen=True, slots=True)
class Befriended(Happening):
    """``sender`` and the account are friends now: they can be written to privately."""

    sender: str
    sender_name: str


@dataclass(frozen=True, slots=True)
class RoomInvitation(Happening):
    """``sender`` asks the account into a group; ``invitation`` is what is accepted."""

    invitation: str
    sender: str
    sender_name: str
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Joined(Happening):
    """These came into a group: pairs of the gateway's id and the name shown there."""

    conversation: str
    members: tuple[tuple[str, str], ...]
    sender: str = ""
    """Who brought them in, where that is known."""


@dataclass(frozen=True, slots=True)
class Left(Happening):
    """These left a group, or were removed by ``sender``; pairs as in `Joined`."""

    conversation: str
    members: tuple[tuple[str, str], ...]
    sender: str = ""


@dataclass(frozen=True, slots=True)
class Renamed(Happening):
    """A group was given another name by ``sender``."""

    conversation: str
    topic: str
    before: str = ""
    sender: str = ""


@dataclass(frozen=True, slots=True)
class LoggedIn(Happening):
    """The account can speak and hear from now on."""

    account: str
    account_name: str = ""


@dataclass(frozen=True, slots=True)
class LoggedOut(Happening):
    """The account can no longer speak nor hear until somebody scans a code."""

    account: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Scan(Happening):
    """``code`` is to be shown as a QR code and scanned with the account's telephone."""

    code: str


@dataclass(frozen=True, slots=True)
class Deafened(Happening):
    """Nothing has been heard on the gateway since ``since``, not even that it is there."""

    since: datetime


@dataclass(frozen=True, slots=True)
class HearsAgain(Happening):
    """The gateway has given a sign of life after it was deaf."""


@dataclass(frozen=True, slots=True)
class SignOfLife(Happening):
    """A device in somebody's home gave a sign: ``life``, or ``help`` where it was called for."""

    device: int
    what: str = "life"


@dataclass(frozen=True, slots=True)
class Timer:
    """A deadline that has come: ``key`` unique, ``kind`` picks the handler."""

    key: str
    kind: str
    ref: int
    due: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Returned:
    """How an errand went (`handlers.effects.Errand`): ``result`` if ``ok``, else ``why`` not."""

    errand: int
    gateway: str
    what: str
    ref: int
    data: Mapping[str, Any]
    ok: bool
    result: str = ""
    why: str = ""


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
