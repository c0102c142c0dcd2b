"""WeChat as a road to people: one account behind one puppet service."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import structlog

from bot.clock import Clock
from bot.gateways.base import Letter, Member, NotNow, Status
from bot.gateways.wechat.calls import Calls, Event
from bot.gateways.wechat.events import Told, parse
from bot.gateways.wechat.happenings import Happenings
from bot.gateways.wechat.hearing import Account, Hearing
from bot.gateways.wechat.journal import Journal
from bot.gateways.wechat.link import Link, Patience
from bot.gateways.wechat.login import Login
from bot.gateways.wechat.names import Names
from bot.gateways.wechat.recent import Recent
from bot.gateways.wechat.sending import Sending
from bot.gateways.wechat.sorting import Sorting, Work
from bot.media import MediaStore
from handlers.kit import Happening, LoggedIn, Message

log = structlog.get_logger(__name__)

T = TypeVar("T")

MOST = 512
"""Messages that wait for the bot; what comes then waits with the server."""


class WeChatGateway:
    """Enter it to connect, leave it to let go; the account stays logged in. One event loop."""

    def __init__(
        self,
        name: str,
        endpoint: str,
        token: Callable[[], str],
        media: MediaStore,
        clock: Clock,
        *,
        journal: Path | None = None,
        called: tuple[str, ...] = (),
        patience: Patience | None = None,
        chance: random.Random | None = None,
    ) -> None:
        """``token`` reads it anew at every try; ``called`` is what people call the bot."""
        self.name = name
        patience, chance = patience or Patience(), chance or random.Random()  # noqa: S311
        self._clock, self._account = clock, Account()
        self._journal = Journal(journal, clock.now())
        self._link = Link(
            endpoint,
            token,
            hear=self._told,
            checked=self._checked,
            clock=clock,
            patience=patience,
            chance=chance,
        )
        self._names = names = Names(self._link, clock)
        self._sending = Sending(self._link, names, self._journal, media, clock)
        self._hearing = Hearing(
            name,
            self._account,
            link=self._link,
            names=names,
            sending=self._sending,
            media=media,
            clock=clock,
            bring=self._bring,
            called=called,
        )
        self._happenings = Happenings(name, self._hearing, names, clock, self._bring)
        self._sorting = Sorting(patience.overtake)
        self._login = Login(
            name, self._account, self._link, clock, tell=self._tell, greet=self._greet
        )
        self._out: asyncio.Queue[Message | Happening] = asyncio.Queue(MOST)
        self._seen = Recent[str, None](20_000)
        self._last_event: datetime | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> WeChatGateway:
        for work in (self._sorting.run(), self._take_up(), self._link.run()):
            self._tasks.append(asyncio.create_task(work))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.close()

    def close(self) -> None:
        """Let go of the file; for one that was never entered."""
        self._journal.close()

    async def _take_up(self) -> None:
        """What was told before a restart and never recorded."""
        for message in self._journal.unsettled():
            self._seen.put(message, None)
            self._sorting.add(partial(self._fetch, message))
            await self._sorting.has_room()

    # A gateway like any other.

    async def messages(self) -> AsyncIterator[Message | Happening]:
        """What is said and happens, in order within each conversation, until cancelled."""
        while True:
            yield await self._out.get()

    async def recorded(self, message: Message | Happening) -> None:
        """It need not be fetched again after a restart."""
        if isinstance(message, Message):
            self._journal.settled(message.id)

    async def send(self, letter: Letter) -> str:
        """Send words, then photos; what is known to be there already is not repeated.

        Raises Refused, NotNow or Unsure.
        """
        self._ready()
        return await self._sending.send(letter)

    async def arrived(self, letter: Letter) -> str | None:
        """The platform's id of the letter, if all of its echoes were seen."""
        return self._sending.arrived(letter)

    def alive(self) -> datetime | None:
        """When the account was last known to be there and logged in."""
        if not self._account.id:
            return None
        is_out = self._link.up.is_set() and not self._login.is_in()
        return self._login.since if is_out else self._link.alive_at

    # An account that can do more than talk.

    def status(self) -> Status:
        """How the account is; never waits."""
        link, error = self._link, self._link.error
        if link.is_refused:
            state = "refused"
        elif not link.up.is_set():
            state = "connecting"
        else:
            state, error = (
                ("up", "") if self._login.is_in() else ("logged out", "scan the code to log in")
            )
        return Status(
            state=state,  # type: ignore[arg-type]
            since=max(link.since, self._login.since),
            account=self._account.id,
            account_name=self._account.name,
            code="" if self._login.is_in() else self._login.code,
            last_event=self._last_event,
            waiting=self._sorting.waiting + self._out.qsize(),
            error=error,
        )

    async def accept_friend(self, request: str) -> None:
        """Say yes to a request. Raises Refused, NotNow or Unsure, as those below do."""
        await self._do(lambda calls: calls.friendship_accept(id=request))

    async def accept_invitation(self, invitation: str) -> None:
        """Go into a group that somebody asked the account into."""
        await self._do(lambda calls: calls.room_invitation_accept(id=invitation))

    async def make_room(self, members: Sequence[str], topic: str) -> str:
        """A new group; its id."""
        made = await self._do(
            lambda calls: calls.room_create(contact_ids=list(members), topic=topic)
        )
        return str(made.id)

    async def members(self, conversation: str) -> list[Member]:
        """Who is in a group, the account itself too."""
        found = await self._do(lambda calls: calls.room_member_list(id=conversation))
        return [
            Member(one, await self._names.member(conversation, one)) for one in found.member_ids
        ]

    async def topic(self, conversation: str) -> str:
        """The name of a group; empty if it cannot be had."""
        self._ready()
        return await self._names.topic(conversation)

    async def sound(self, message: Message) -> bytes | None:
        """What a voice message says, as it came."""
        return await self.file(message.id)

    async def file(self, message: str) -> bytes | None:
        """The bytes of a message's picture or file, at most 25 MB; None if it cannot be had."""
        return await self._hearing.file(message)

    def _ready(self) -> None:
        if not self._login.is_in():
            raise NotNow(self._link.error or "the account is logged out")

    async def _do(self, ask: Callable[[Calls], Awaitable[T]]) -> T:
        self._ready()
        return await self._link.call(ask)

    # What the server tells.

    async def _told(self, kind: int, payload: str) -> None:
        """Take an event up, and only then wait: none is lost where the link breaks meanwhile."""
        self._last_event = self._clock.now()
        if told := parse(kind, payload):
            self._take(told)
        await self._sorting.has_room()

    def _checked(self) -> None:
        self._login.checked()

    def _take(self, told: Told) -> None:
        match told.event:
            case Event.MESSAGE:
                self._message(told.text("messageId"))
            case Event.LOGIN:
                self._login.came(told.text("contactId"))
            case Event.LOGOUT:
                self._login.left(told.text("data"))
            case Event.SCAN:
                self._login.scan(told.text("qrcode") or told.text("data"))
            case Event.DIRTY:
                self._names.forget(told.text("payloadId"))
            case Event.ERROR:
                log.warning("the puppet has trouble", error=_first_line(told))
            case _:
                if fetch := self._happenings.fetching(told):
                    self._sorting.add(fetch)

    def _message(self, message: str) -> None:
        if message and message not in self._seen:
            self._seen.put(message, None)
            self._journal.told(message)
            self._sorting.add(partial(self._fetch, message))

    async def _fetch(self, message: str) -> Work | None:
        work = await self._hearing.fetch(message)
        if work is None:
            self._journal.settled(message)
        return work

    async def _bring(self, heard: Message | Happening) -> None:
        await self._out.put(heard)

    def _greet(self, account: str, at: datetime) -> None:
        async def named() -> Work:
            self._account.name = name = await self._names.contact(account)
            told = LoggedIn(self.name, f"login:{at.isoformat()}", at, at, account, name)
            return Work("", partial(self._bring, told))

        self._sorting.add(named)

    def _tell(self, happening: Happening) -> None:
        async def work() -> Work:
            return Work("", partial(self._bring, happening))

        self._sorting.add(work)


def _first_line(told: Told) -> str:
    """The trouble in a few words, without where in their program it arose."""
    said = told.text("gerror") or told.text("data")
    with suppress(ValueError, AttributeError):
        said = str(json.loads(said).get("details", said))
    return said.partition("\n")[0][:300]
