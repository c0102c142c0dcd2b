"""The small interface behind which every chat platform stands."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

from handlers.kit import Happening, Message, Photo


@dataclass(frozen=True, slots=True)
class Letter:
    """One thing to send: to a group or privately to a person, by the platform's own names.

    ``id`` is the outbox row: the same letter tried twice carries the same id.
    """

    id: int
    gateway: str
    conversation: str
    private: bool
    text: str
    mentions: tuple[str, ...] = ()
    photos: tuple[Photo, ...] = ()
    urgent: bool = False
    about: int | None = None
    kind: str = ""


class Refused(Exception):  # noqa: N818
    """The platform will never take this letter (left the group, no direct messages)."""


class NotNow(Exception):  # noqa: N818
    """The platform cannot take it at present; try again later."""


class Unsure(Exception):  # noqa: N818
    """It may have arrived: look for its echo before trying again."""


class Gateway(Protocol):
    """A road to people. One task reads `messages`, others call `send`."""

    name: str

    def messages(self) -> AsyncIterator[Message | Happening]:
        """What is said and happens, in order within each conversation, until cancelled."""
        ...

    async def recorded(self, message: Message | Happening) -> None:
        """The bot has recorded this for good: it need not be brought again."""
        ...

    async def send(self, letter: Letter) -> str:
        """Send, and return the platform's id of the message; raises Refused, NotNow or Unsure."""
        ...

    async def arrived(self, letter: Letter) -> str | None:
        """The platform's id of an earlier try of this letter, if it is known to have arrived."""
        ...

    def alive(self) -> datetime | None:
        """When the platform was last known to be reachable, or None if never."""
        ...


@dataclass(frozen=True, slots=True)
class Status:
    """How an account on a platform is, for pages and the operator."""

    state: Literal["connecting", "logged out", "up", "refused"]
    """``refused``: the platform's server knows neither us nor our token, see ``error``."""
    since: datetime
    account: str = ""
    account_name: str = ""
    code: str = ""
    """To be shown as a QR code and scanned while logged out; empty if there is none."""
    last_event: datetime | None = None
    waiting: int = 0
    """Messages heard and not yet handed to the bot."""
    error: str = ""
    """Why it is not up, in plain words."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a group: the platform's id, and the name that the group sees."""

    id: str
    name: str


@runtime_checkable
class Acting(Protocol):
    """A gateway whose account can do more than talk. All raise Refused, NotNow or Unsure."""

    name: str

    def status(self) -> Status:
        """How the account is at present; never waits."""
        ...

    async def accept_friend(self, request: str) -> None:
        """Say yes to `handlers.kit.FriendRequest.request`."""
        ...

    async def accept_invitation(self, invitation: str) -> None:
        """Say yes to `handlers.kit.RoomInvitation.invitation`."""
        ...

    async def make_room(self, members: Sequence[str], topic: str) -> str:
        """A new group of the account and these people; its id, the ``conversation`` of letters."""
        ...

    async def members(self, conversation: str) -> list[Member]:
        """Who is in a group, the account itself too."""
        ...

    async def topic(self, conversation: str) -> str:
        """The name of a group."""
        ...
