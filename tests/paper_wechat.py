"""幸福里 on a WeChat made of paper: groups that are not bound yet, friends, rooms made to order."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine as Database

from bot import exchange, worlds
from bot.app import App
from bot.clock import PaperClock
from bot.gateways.base import Letter, Member, NotNow, Refused, Status
from bot.gateways.paper import PaperGateway
from handlers.kit import Happening, Message
from storage import codes, people, places
from storage.db import Transaction, transaction
from storage.errands import ErrandRow
from storage.people import Person

NOW = datetime(2027, 3, 1, 2, 0, tzinfo=UTC)
"""Ten o'clock in 幸福里."""


class PaperWeChat(PaperGateway):
    """A platform whose account takes up friends and makes rooms; `refusing` it does not."""

    def __init__(self, clock: PaperClock, name: str = "wechat") -> None:
        super().__init__(name)
        self._clock = clock
        self.did: list[tuple[str, ...]] = []
        self.refusing, self.failing = set[str](), set[str]()
        self.deaf_since: datetime | None = None

    def alive(self) -> datetime | None:
        return self.deaf_since or self._clock.now()

    def status(self) -> Status:
        return Status("up", NOW, account="bot")

    async def accept_friend(self, request: str) -> None:
        self._do("accept_friend", request)

    async def accept_invitation(self, invitation: str) -> None:
        self._do("accept_invitation", invitation)

    async def make_room(self, members: Sequence[str], topic: str) -> str:
        self._do("make_room", *members, topic)
        return f"made-{len(self.did)}@room"

    async def members(self, conversation: str) -> list[Member]:
        return [Member("bot", f"邻帮 in {conversation}")]

    async def topic(self, conversation: str) -> str:
        return conversation

    def _do(self, what: str, *which: str) -> None:
        if what in self.failing:
            raise NotNow("not now")
        if what in self.refusing:
            raise Refused(f"may not {what}")
        self.did.append((what, *which))


class Quarter:
    """The compound with its imported people, of whom WeChat knows nobody yet."""

    def __init__(self, database: Database, **others: Any) -> None:
        self.database = database
        self.clock = PaperClock(NOW)
        self.wechat = PaperWeChat(self.clock)
        self.alarms: list[str] = []
        self.app = App(
            database, [self.wechat], self.clock, bound={"wechat"}, outside=self._alarm, **others
        )
        self._told = 0

    async def _alarm(self, errand: ErrandRow) -> str:
        self.alarms.append(errand.data["text"])
        return ""

    async def says(self, who: str, text: str, *, room: str = "", **others: Any) -> list[Letter]:
        """In a group, or privately without ``room``; what was sent because of it."""
        self._told += 1
        fields: dict[str, Any] = {
            "id": f"m{self._told}",
            "sender_name": who,
            "at": self.clock.now(),
            "arrived": self.clock.now(),
            "private": not room,
            "to_bot": not room or text.startswith("@"),
        }
        message = Message(
            "wechat", conversation=room or who, sender=who, text=text, **fields | others
        )  # type: ignore[misc]
        return await self._sent(lambda: self.app.hear(message))

    async def happens(self, kind: type[Happening], /, **fields: Any) -> list[Letter]:
        """Something befalls a group or the account."""
        self._told += 1
        now = self.clock.now()
        event = kind("wechat", f"h{self._told}", now, now, **fields)
        return await self._sent(lambda: self.app.engine.handle(event))

    async def passes(self, span: timedelta) -> list[Letter]:
        return await self._sent(lambda: self.app.advance(self.clock.now() + span))

    async def _sent(self, do: Callable[[], Awaitable[Any]]) -> list[Letter]:
        before = len(self.wechat.sent)
        await do()
        await self.app.settle()
        return [letter for _, letter in self.wechat.sent[before:]]

    async def code(self, name: str | None = None) -> str:
        """A new one-time code, perhaps for somebody."""

        def make(tx: Transaction) -> str:
            person = people.named(tx, name)[0].id if name else None
            letters = iter("234567892A" if person is None else "B34567892A")
            until = self.clock.now() + timedelta(minutes=30)
            return codes.make(tx, self.clock.now(), until, lambda _: next(letters), person)

        found: str = await self.app.engine.write(make)
        return found

    async def bound(self, room: str = "b3@room", place: str = "3号楼", by: str = "wu") -> str:
        """A group that the coordinator has bound, as 吴站长."""
        await self.says(by, f"@邻帮 绑定 {place} {await self.code('吴站长')}", room=room)
        return room

    async def person(self, account: str) -> Person | None:
        return await self.looks(lambda tx: people.by_account(tx, "wechat", account))

    async def looks(self, look: Callable[[Transaction], Any]) -> Any:
        return await self.app.engine.write(look)

    async def place_id(self, name: str) -> int:
        found: int = await self.looks(
            lambda tx: next(one.id for one in places.every(tx).values() if one.name == name)
        )
        return found


@asynccontextmanager
async def lived_in(
    database: Database, *, greets: bool = False, **others: Any
) -> AsyncIterator[Quarter]:
    """``greets``: the elders have their daily greetings."""
    with transaction(database) as tx:
        bundle = exchange.read(worlds.path_of("xingfuli"))
        if not greets:
            bundle.rows.pop("checkins", None)
        exchange.bring_in(tx, bundle, NOW)
    quarter = Quarter(database, **others)
    await quarter.app.start(live=False)
    try:
        yield quarter
    finally:
        await quarter.app.stop()


def kinds(letters: list[Letter]) -> list[str]:
    """What was said, but for the notice that goes before the first answer to anybody."""
    return [letter.kind for letter in letters if letter.kind != "people.notice"]
