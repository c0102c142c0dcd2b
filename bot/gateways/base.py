"""The small interface behind which every chat platform stands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from handlers.kit import Message, Photo


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

    def messages(self) -> AsyncIterator[Message]:
        """Messages as they come, in order within each conversation, until cancelled."""
        ...

    async def recorded(self, message: Message) -> None:
        """The bot has recorded this message for good: it need not be brought again."""
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
