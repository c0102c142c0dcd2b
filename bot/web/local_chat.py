"""The local chat: the page on which a new user meets the bot, as any of the neighbours."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol, get_args
from zoneinfo import ZoneInfo

import structlog
from aiohttp import WSCloseCode, web

from bot.gateways.local import LocalGateway
from bot.media import NotAPhoto, media_type
from bot.web.session import Session

log = structlog.get_logger()

Step = Literal["5m", "30m", "3h", "morning"]
STEPS: tuple[Step, ...] = get_args(Step)
STATIC = Path(__file__).with_name("static")
MOST_WORDS = 1024 * 1024  # bytes in one frame from the page


@dataclass(frozen=True, slots=True)
class PersonCard:
    """Somebody to be in the chat.

    ``id`` is the external id (``p<person id>``), ``roles`` the names of roles: the page has words
    for resident, elder, volunteer, coordinator, doctor, nurse, keeper, duty, worker, property,
    mediator, police, leader and family, and shows others as they are. ``rooms`` are room ids.
    """

    id: str
    name: str
    name_en: str = ""
    roles: tuple[str, ...] = ()
    building: str = ""
    building_en: str = ""
    language: str = "zh"
    rooms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoomCard:
    """A group: ``id`` is the external id (``r<room id>``)."""

    id: str
    name: str
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class StatusCard:
    """One open matter of a person: its number, a few words, and the state in their language."""

    number: int
    words: str
    state: str


class Directory(Protocol):
    """What the local chat asks of the app: who is there, what time it is, and to move the time."""

    def people(self) -> list[PersonCard]: ...

    def rooms(self) -> list[RoomCard]: ...

    def now(self) -> datetime: ...

    def zone(self) -> ZoneInfo: ...

    async def advance(self, step: Step) -> datetime:
        """Move the demo's clock, ring what falls due on the way, and return the new time."""
        ...

    def status(self, viewer: str) -> list[StatusCard]:
        """What is open for this person; may always be empty."""
        ...


class LocalChat:
    """Everything behind the page: its files, its photos, and one session a browser tab."""

    def __init__(self, gateway: LocalGateway, directory: Directory) -> None:
        self.gateway = gateway
        self.directory = directory
        self._cards: dict[str, PersonCard] = {}
        self._sessions: set[Session] = set()
        self._move: asyncio.Task[None] | None = None
        gateway.belonging(self.rooms_of)

    def routes(self) -> list[web.AbstractRouteDef]:
        """The routes, for `bot.web.server.build`."""
        return [
            web.get("/", self._page),
            web.get("/ws", self._socket),
            web.get("/photo/{digest}", self._photo),
            web.post("/photo", self._keep_photo),
            web.static("/static", STATIC),
        ]

    async def close(self, _app: web.Application | None = None) -> None:
        """Say goodbye to every open page, so that it comes back after a restart."""
        for session in list(self._sessions):
            await session.socket.close(code=WSCloseCode.GOING_AWAY)
        if self._move is not None:
            self._move.cancel()

    # What the sessions ask.

    def people(self) -> dict[str, PersonCard]:
        """Everybody by external id, asked anew."""
        self._cards = {card.id: card for card in self.directory.people()}
        return self._cards

    def person(self, viewer: str) -> PersonCard:
        """One person. Raises KeyError for a stranger."""
        return self._cards.get(viewer) or self.people()[viewer]

    def rooms_of(self, viewer: str) -> tuple[str, ...]:
        """The groups that a person is in."""
        try:
            return self.person(viewer).rooms
        except KeyError:
            return ()

    def clock(self) -> dict[str, Any]:
        """The time as the page shows it."""
        return {
            "type": "clock",
            "now": self.directory.now().isoformat(),
            "zone": self.directory.zone().key,
            "busy": self._move is not None,
        }

    def who(self) -> dict[str, Any]:
        """Everybody and every group, as the page shows them."""
        return {
            "type": "people",
            "people": [asdict(card) for card in self.people().values()],
            "rooms": [asdict(room) for room in self.directory.rooms()],
        }

    def advance(self, step: Step) -> None:
        """Start to move the clock for every page; while it moves, a second press does nothing."""
        if step in STEPS and self._move is None:
            # Not the session's task: it goes on if the page that asked is closed meanwhile.
            self._move = asyncio.create_task(self._advance(step))

    async def _advance(self, step: Step) -> None:
        try:
            await self._tell_all(self.clock())
            await self.directory.advance(step)
        except Exception:
            log.exception("clock_stuck", step=step)
        finally:
            self._move = None
            await self._tell_all(self.clock())

    async def _tell_all(self, words: Mapping[str, Any]) -> None:
        for session in list(self._sessions):
            await session.tell(words)

    # Requests.

    async def _page(self, _request: web.Request) -> web.StreamResponse:
        return web.FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache"})

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(heartbeat=30, max_msg_size=MOST_WORDS, compress=False)
        await socket.prepare(request)
        session = Session(self, socket)
        self._sessions.add(session)
        try:
            await session.run()
        finally:
            self._sessions.discard(session)
        return socket

    async def _photo(self, request: web.Request) -> web.Response:
        try:
            data = await asyncio.to_thread(self.gateway.media.read, request.match_info["digest"])
        except KeyError:
            raise web.HTTPNotFound(text="no such photo") from None
        forever = {"Cache-Control": "private, max-age=31536000, immutable"}
        return web.Response(body=data, content_type=media_type(data), headers=forever)

    async def _keep_photo(self, request: web.Request) -> web.Response:
        try:
            data = await request.read()
            photo = await asyncio.to_thread(self.gateway.media.save, data)
        except web.HTTPRequestEntityTooLarge:
            return web.json_response({"refused": "too_big"}, status=413)
        except NotAPhoto as refusal:
            return web.json_response({"refused": refusal.reason}, status=415)
        return web.json_response(asdict(photo), status=201)
