"""One open page: who is being looked at, what they see, and what they say."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import WSMsgType, web

from bot.gateways.history import Line
from bot.media import media_type
from handlers.kit import Photo

if TYPE_CHECKING:
    from bot.web.local_chat import LocalChat

log = structlog.get_logger()

LINES_AT_FIRST = 60
LOOK_AGAIN = 0.5  # seconds
MOST_VIEWERS = 4
MOST_PHOTOS = 9
MOST_CHARACTERS = 20_000
NONSENSE = (
    *(ValueError, KeyError, TypeError, AttributeError, PermissionError),
    *(OverflowError, RecursionError),
)
"""What a frame that no page of ours sends may lead to."""
_OWN_ID = re.compile(r"u-[0-9a-z-]{6,64}")


class Refusal(ValueError):  # noqa: N818
    """What the page asked for cannot be; the reason is one of the page's own words."""


class Session:
    """Talks JSON with one page over a WebSocket.

    From the page: ``watch`` (viewers), ``say``, ``earlier``, ``advance``. To the page: ``people``,
    ``clock``, ``stirs``, ``view``, ``line``, ``status``, ``said``, ``refused``, ``earlier``.
    """

    def __init__(self, chat: LocalChat, socket: web.WebSocketResponse) -> None:
        self.socket = socket
        self._chat = chat
        self._views: dict[str, asyncio.Task[None]] = {}
        self._status: dict[str, list[dict[str, Any]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Serve the page until it goes."""
        await self.tell(self._chat.clock())
        self._start(self._changes())
        self._start(self._stirs())
        try:
            async for frame in self.socket:
                if frame.type is WSMsgType.TEXT:
                    await self._hear(frame.data)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def tell(self, words: Mapping[str, Any]) -> None:
        """Send to the page, if it is still there."""
        if not self.socket.closed:
            with suppress(ConnectionError, RuntimeError):
                await self.socket.send_json(words)

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception():
            log.error("page_task_failed", error=repr(task.exception()))

    # From the page.

    async def _hear(self, data: str) -> None:
        try:
            asked = json.loads(data)
            do = asked["do"]
            if do == "watch":
                await self._watch([str(viewer) for viewer in asked["viewers"]])
            elif do == "say":
                await self._say(asked)
            elif do == "earlier":
                await self._earlier(asked)
            elif do == "advance":
                self._chat.advance(asked["step"])
        except NONSENSE as error:
            log.warning("page_asked_nonsense", error=repr(error))

    async def _watch(self, viewers: list[str]) -> None:
        wanted = viewers[:MOST_VIEWERS]
        for viewer in set(self._views) - set(wanted):
            self._views.pop(viewer).cancel()
        for viewer in wanted:
            if viewer not in self._views and viewer in self._chat.people():
                self._views[viewer] = self._start(self._view(viewer))

    async def _say(self, asked: Mapping[str, Any]) -> None:
        try:
            await self._post(asked)
        except Refusal as refusal:
            await self.tell({"type": "refused", "id": asked.get("id"), "why": str(refusal)})
        except (ValueError, KeyError, TypeError) as error:
            log.warning("message_refused", error=repr(error))
            await self.tell({"type": "refused", "id": asked.get("id"), "why": "wrong"})
        except sqlite3.Error as error:
            # No traceback: it could show the words.
            log.error("message_not_kept", error=repr(error))  # noqa: TRY400
            await self.tell({"type": "refused", "id": asked.get("id"), "why": "not_kept"})
        else:
            await self.tell({"type": "said", "id": asked["id"]})

    async def _post(self, asked: Mapping[str, Any]) -> None:
        person = self._chat.person(asked["viewer"])
        conversation, text, own_id = asked["conversation"], str(asked["text"]), str(asked["id"])
        if conversation not in {person.id, *person.rooms} or not _OWN_ID.fullmatch(own_id):
            raise ValueError("not their conversation, or no usable id")
        if len(text) > MOST_CHARACTERS:
            raise Refusal("too_long")
        await self._chat.gateway.say(
            person.id,
            person.name,
            conversation,
            conversation == person.id,
            text,
            await self._photos(asked.get("photos") or []),
            asked.get("quotes"),
            own_id,
            self._mentioned(conversation, text),
        )

    async def _photos(self, digests: list[str]) -> list[Photo]:
        media = self._chat.gateway.media
        kept = [await asyncio.to_thread(media.read, digest) for digest in digests[:MOST_PHOTOS]]
        return [
            Photo(digest, media_type(data)) for digest, data in zip(digests, kept, strict=False)
        ]

    def _mentioned(self, conversation: str, text: str) -> list[str]:
        if "@" not in text:
            return []
        return [
            card.id
            for card in self._chat.people().values()
            if conversation in card.rooms
            and any(name and f"@{name}" in text for name in (card.name, card.name_en))
        ]

    async def _earlier(self, asked: Mapping[str, Any]) -> None:
        viewer, conversation = asked["viewer"], asked["conversation"]
        lines = self._chat.gateway.lines(
            viewer, conversation, LINES_AT_FIRST, before=int(asked["before"])
        )
        await self.tell(
            {
                "type": "earlier",
                "viewer": viewer,
                "conversation": conversation,
                "lines": [_shown(line) for line in lines],
            }
        )

    # To the page.

    async def _view(self, viewer: str) -> None:
        gateway = self._chat.gateway
        after = gateway.newest()
        conversations = {
            conversation: [
                _shown(line) for line in gateway.lines(viewer, conversation, LINES_AT_FIRST)
            ]
            for conversation in (*self._chat.rooms_of(viewer), viewer)
        }
        await self.tell({"type": "view", "viewer": viewer, "conversations": conversations})
        self._status.pop(viewer, None)
        await self._tell_status(viewer)
        async for line in gateway.listen(viewer, after):
            await self.tell({"type": "line", "viewer": viewer, "line": _shown(line)})

    async def _tell_status(self, viewer: str) -> None:
        cards = [asdict(card) for card in self._chat.directory.status(viewer)]
        if self._status.get(viewer) != cards:
            self._status[viewer] = cards
            await self.tell({"type": "status", "viewer": viewer, "cards": cards})

    async def _stirs(self) -> None:
        async for stirred in self._chat.gateway.stirs():
            if stirred:
                await self.tell({"type": "stirs", "newest": stirred})

    async def _changes(self) -> None:
        """What is said may change who somebody is, and what is open for them."""
        who: Mapping[str, Any] = {}
        async for _ in self._chat.gateway.stirs():
            now = self._chat.who()
            if now != who:
                who = now
                await self.tell(who)
            for viewer in list(self._views):
                await self._tell_status(viewer)
            # Both are looked up in the database: not for every line of a storm.
            await asyncio.sleep(LOOK_AGAIN)


def _shown(line: Line) -> dict[str, Any]:
    quote = None
    if line.quoted_text is not None:
        quote = {
            "id": line.quotes,
            "sender": line.quoted_sender,
            "name": line.quoted_name,
            "text": line.quoted_text[:200],
        }
    return {
        "seq": line.seq,
        "id": line.id,
        "conversation": line.conversation,
        "sender": line.sender,
        "name": line.sender_name,
        "text": line.text,
        "at": line.at.isoformat(),
        "mentions": line.mentions,
        "photos": [photo.digest for photo in line.photos],
        "quote": quote,
        "alarm": line.alarm,
    }
