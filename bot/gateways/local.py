"""The local chat's platform: a pretend WeChat on this machine, with a history of its own."""

from __future__ import annotations

import hashlib
import sqlite3
import uuid
from asyncio import Event
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from datetime import datetime
from pathlib import Path

from bot.clock import Clock
from bot.gateways.base import Letter, NotNow
from bot.gateways.history import History, Line
from bot.media import MediaStore
from handlers.kit import Happening, Message, Photo

BOT_NAMES = ("@邻帮", "@linbang")
EMERGENCIES = "emergencies."
"""How the kinds of letters begin that must strike the eye."""


class LocalGateway:
    """Journals every line in its own file, so that the page survives a restart of the bot.

    A private conversation with the bot bears the person's own id. Used from one event loop.
    """

    name = "local"

    def __init__(self, path: Path | None, media: MediaStore, clock: Clock) -> None:
        self.media = media
        self._clock = clock
        self._history = History(path)
        self._rooms_of: Callable[[str], Collection[str]] = lambda _viewer: ()
        self._changed = Event()

    def close(self) -> None:
        """Let go of the file."""
        self._history.close()

    def belonging(self, rooms_of: Callable[[str], Collection[str]]) -> None:
        """Be told how to find the groups that a person is in."""
        self._rooms_of = rooms_of

    # The bot's side: a gateway like any other.

    async def messages(self) -> AsyncIterator[Message]:
        """Everything said and not yet `recorded`, oldest first, then what comes."""
        handed = 0
        while True:
            changed = self._changed
            waiting = self._history.waiting(handed)
            for line in waiting:
                handed = line.seq
                yield self._message(line)
            if not waiting:
                await changed.wait()

    async def recorded(self, message: Message | Happening) -> None:
        """Do not bring this message again."""
        self._history.settle(message.id)

    async def send(self, letter: Letter) -> str:
        """Show a letter, once however often it is sent. Raises NotNow if it cannot be kept."""
        line_id = _line_id(letter)
        try:
            self._history.keep(
                line_id,
                conversation=letter.conversation,
                private=letter.private,
                text=letter.text,
                at=self._clock.now(),
                mentions=letter.mentions,
                photos=letter.photos,
                alarm=letter.kind.startswith(EMERGENCIES),
            )
        except sqlite3.OperationalError as error:
            raise NotNow(str(error)) from error
        self._stir()
        return line_id

    async def arrived(self, letter: Letter) -> str | None:
        """The line that shows this letter, if one does."""
        line = self._history.find(_line_id(letter))
        return line.id if line else None

    def alive(self) -> datetime | None:
        """Always now: the platform lives in this process."""
        return self._clock.now()

    # The page's side: what people do on the platform.

    async def say(  # noqa: PLR0917
        self,
        sender: str,
        sender_name: str,
        conversation: str,
        private: bool,
        text: str,
        photos: Sequence[Photo] = (),
        quotes: str | None = None,
        message_id: str | None = None,
        mentions: Sequence[str] = (),
    ) -> str:
        """A person says something; returns its id.

        The same ``message_id`` from the same person again changes nothing. Raises ValueError for
        somebody else's id, for a quote from another conversation and for an empty message, and
        sqlite3.OperationalError if it cannot be kept.
        """
        line_id = message_id or uuid.uuid4().hex
        earlier = self._history.find(line_id)
        if earlier is not None:
            if (earlier.sender, earlier.conversation) != (sender, conversation):
                raise ValueError("this message id is taken")
            return line_id
        if not text.strip() and not photos:
            raise ValueError("nothing said")
        quoted = self._history.find(quotes) if quotes else None
        if quotes and (quoted is None or quoted.conversation != conversation):
            raise ValueError("no such message to quote in this conversation")
        self._history.keep(
            line_id,
            conversation=conversation,
            private=private,
            # A lone half of a surrogate pair is legal in a browser and nowhere else.
            text=text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
            at=self._clock.now(),
            mentions=mentions,
            photos=photos,
            sender=sender,
            sender_name=sender_name,
            quotes=quotes,
        )
        self._stir()
        return line_id

    def lines(
        self, viewer: str, conversation: str, limit: int = 100, before: int | None = None
    ) -> list[Line]:
        """The newest lines of a conversation (older than ``before``), oldest first.

        Raises PermissionError if it is not the viewer's.
        """
        if conversation not in self._seen_by(viewer):
            raise PermissionError(f"{viewer} is not in {conversation}")
        return self._history.newest_of(conversation, limit, before)

    def listen(self, viewer: str, after: int | None = None) -> AsyncIterator[Line]:
        """Lines that this person may see, as they come: from this call on, or since ``after``."""
        return self._since(viewer, self.newest() if after is None else after)

    async def _since(self, viewer: str, seen: int) -> AsyncIterator[Line]:
        while True:
            changed = self._changed
            fresh = self._history.since(seen, self._seen_by(viewer))
            for line in fresh:
                seen = line.seq
                yield line
            if not fresh:
                await changed.wait()

    async def stirs(self) -> AsyncIterator[dict[str, int]]:
        """Whom the bot wrote to privately: person to the newest line's ``seq``, but no words.

        Everybody first, then whatever is new whenever anything was said at all.
        """
        seen = 0
        while True:
            changed = self._changed
            written, seen = self._history.written_to(seen), self.newest()
            yield written
            await changed.wait()

    def newest(self) -> int:
        """The ``seq`` of the newest line, or 0."""
        return self._history.newest()

    def _seen_by(self, viewer: str) -> set[str]:
        return {viewer, *self._rooms_of(viewer)}

    def _stir(self) -> None:
        changed, self._changed = self._changed, Event()
        changed.set()

    def _message(self, line: Line) -> Message:
        named = any(name in line.text.casefold() for name in BOT_NAMES)
        answers_bot = line.quoted_text is not None and line.quoted_sender is None
        return Message(
            gateway=self.name,
            id=line.id,
            conversation=line.conversation,
            sender=line.sender or "",
            sender_name=line.sender_name,
            text=line.text,
            at=line.at,
            arrived=self._clock.now(),
            private=line.private,
            to_bot=line.private or named or answers_bot,
            mentions=line.mentions,
            quotes=line.quotes,
            quoted_text=line.quoted_text,
            photos=line.photos,
        )


def _line_id(letter: Letter) -> str:
    # The words are part of it: a bot that starts over with an empty memory counts from 1 again.
    words = hashlib.sha256(f"{letter.conversation}\n{letter.text}".encode()).hexdigest()
    return f"bot-{letter.id}-{words[:12]}"
