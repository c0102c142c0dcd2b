"""A building with people who are checked on, and the bot on a clock on paper."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from bot.app import App
from bot.clock import PaperClock
from bot.gateways.paper import PaperGateway
from bot.understanding.reader import Reader
from handlers.kit import Message
from storage import checkins, people, places
from storage.checkins import Checkin
from storage.db import Transaction, transaction

SHANGHAI = "Asia/Shanghai"
READER = Reader()


@dataclass
class Street:
    """A building with elders, and the bot on a clock on paper."""

    database: Engine
    clock: PaperClock
    road: PaperGateway
    app: App
    ids: int = 0

    async def say(self, who: str, text: str, **more: Any) -> None:
        self.ids += 1
        now = self.clock.now()
        await self.app.hear(
            Message("paper", f"m{self.ids}", who, who, who, text, now, now, True, **more)
        )
        await self.app.settle()

    async def until(self, *clock: int, zone: str = SHANGHAI) -> None:
        await self.app.advance(datetime(*clock, tzinfo=ZoneInfo(zone)))  # type: ignore[misc,arg-type]

    async def restart(self, after: timedelta = timedelta()) -> None:
        """Gone at once, and started again on the same database."""
        self.app.engine.stop()
        self.clock.set(self.clock.now() + after)
        self.app = App(self.database, [self.road], self.clock, reader=READER)
        await self.app.start(live=False)
        await self.app.ring()
        await self.app.settle()

    def said_to(self, who: str) -> list[str]:
        return [letter.kind for _, letter in self.road.sent if letter.conversation == who]

    def rows(self) -> list[Checkin]:
        with transaction(self.database) as tx:
            return tx.rows(Checkin, checkins.CHECKIN.select().order_by(checkins.CHECKIN.c.id))


Built = Callable[..., Awaitable[Street]]


@pytest.fixture
async def street(opened: Callable[..., Engine]) -> AsyncIterator[Built]:
    """Builds streets; their bots stop when the test is over."""
    built = []

    async def build(
        start: datetime,
        people_of: Callable[[Transaction, int], None],
        *,
        zone: str = SHANGHAI,
        url: str = "sqlite://",
    ) -> Street:
        database = opened(url)
        with transaction(database) as tx:
            place = {"key": "b1", "name": "1号楼", "kind": "building", "number": "1"}
            people_of(tx, places.add(tx, **place, zone=zone))
        clock, road = PaperClock(start), PaperGateway()
        app = App(database, [road], clock, zone=ZoneInfo(zone), reader=READER)
        built.append(Street(database, clock, road, app))
        await app.start(live=False)
        return built[-1]

    yield build
    for made in built:
        await made.app.stop()


def person(tx: Transaction, place_id: int, name: str, *roles: str) -> int:
    since = datetime(2025, 1, 1, tzinfo=UTC)
    columns = {"name": name, "name_en": name, "place_id": place_id, "joined_at": since}
    person_id = people.add(tx, **columns, vouched=True, noticed=True)
    people.add_account(tx, person_id, "paper", name)
    for role in roles:
        people.give_role(tx, person_id, place_id, role, since)
    return person_id


def plan(tx: Transaction, person_id: int, at: int = 510, **columns: Any) -> int:
    given = {"consent_by": person_id, "consent_at": datetime(2025, 1, 1, tzinfo=UTC), **columns}
    return checkins.add_plan(tx, person_id=person_id, at=[at], **given)


def one_elder(tx: Transaction, place_id: int) -> None:
    person(tx, place_id, "吴站长", "coordinator")
    person(tx, place_id, "李强", "community_worker")
    neighbour = person(tx, place_id, "李阿姨")
    plan(tx, person(tx, place_id, "王奶奶"), neighbour_id=neighbour)
