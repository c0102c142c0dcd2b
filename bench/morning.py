"""Everybody due at the same minute: `python -m bench.morning` greets 30,000 at 8:30.

On a clock on paper, by one paced gateway. In the middle of it somebody is in danger, and the bot
is restarted.
"""

from __future__ import annotations

import argparse
import asyncio
import time as wall
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from bench.world import scratch
from bot.app import App
from bot.clock import PaperClock
from bot.delivery import Manners
from bot.gateways.paper import PaperGateway
from bot.pace import MINUTE, Limits, Pace
from bot.understanding.reader import Reader
from handlers.kit import Message
from storage import checkins, people, places
from storage.db import Transaction, open_database, transaction
from storage.tables import metadata

SHANGHAI = ZoneInfo("Asia/Shanghai")
DUE = datetime(2026, 3, 2, 8, 30, tzinfo=SHANGHAI)
READER = Reader()


@dataclass(frozen=True, slots=True)
class Morning:
    """How it went."""

    greeted: Counter[str]
    """Elder → how often."""
    lasted: timedelta
    """From 8:30 to the last greeting, by the clock on paper."""
    most_a_minute: int
    behind: int
    """Letters that went between the cry for help and its answer."""
    others: Counter[str]
    """What else was said, by its kind."""
    seconds: float
    """What it took this machine."""


class _Gateway(PaperGateway):
    """Notes when each letter went."""

    def __init__(self, clock: PaperClock) -> None:
        super().__init__()
        self.went: list[tuple[datetime, str, str]] = []
        self.before_send = lambda letter: self.went.append(
            (clock.now(), letter.kind, letter.conversation)
        )


async def morning(database: Engine, elders: int, per_minute: int) -> Morning:
    """Greet so many at so many a minute; a cry for help and a restart come in the middle."""
    with transaction(database) as tx:
        _settle(tx, elders)
    clock = PaperClock(DUE - timedelta(minutes=1))
    road = _Gateway(clock)
    began = wall.perf_counter()
    app = _app(database, road, clock, per_minute)
    await app.start(live=False)
    await _until(app, clock, lambda: len(road.went) >= elders // 3)
    before = len(road.went)
    text, now = "救命,我胸口疼得喘不上气", clock.now()
    await app.hear(Message("paper", "danger", "老人0", "老人0", "老人0", text, now, now, True))
    await app.settle()
    answered = next(at for at, one in enumerate(road.went) if one[1].startswith("emergencies."))
    await _until(app, clock, lambda: len(road.went) >= elders // 2)
    app.engine.stop()
    app = _app(database, road, clock, per_minute)
    await app.start(live=False)
    await _until(app, clock, lambda: False)
    app.engine.stop()
    greetings = [one for one in road.went if one[1] == "checkins.greeting"]
    minutes = Counter((at - DUE) // MINUTE for at, _, _ in greetings)
    return Morning(
        greeted=Counter(who for _, _, who in greetings),
        lasted=greetings[-1][0] - DUE,
        most_a_minute=max(minutes.values()),
        behind=answered - before,
        others=Counter(kind for _, kind, _ in road.went if kind != "checkins.greeting"),
        seconds=wall.perf_counter() - began,
    )


def _app(database: Engine, road: PaperGateway, clock: PaperClock, per_minute: int) -> App:
    limits = Limits(seconds_between=0, per_minute=per_minute, per_minute_in_room=10, jitter=0)
    manners = {"paper": Manners(Pace(limits, lambda: 0.0))}
    return App(database, [road], clock, zone=SHANGHAI, reader=READER, manners=manners)


async def _until(app: App, clock: PaperClock, enough: Callable[[], bool]) -> None:
    """Let time pass a little at a time, for at most the half hour before a second greeting."""
    while clock.now() < DUE + timedelta(minutes=29) and not enough():
        await app.advance(clock.now() + timedelta(seconds=20))


def _settle(tx: Transaction, elders: int) -> None:
    since = datetime(2025, 1, 1, tzinfo=UTC)
    home = places.add(tx, key="b1", name="1号楼", kind="building", number="1")
    worker = people.add(tx, name="李强", place_id=home, joined_at=since, vouched=True)
    people.add_account(tx, worker, "paper", "李强")
    people.give_role(tx, worker, home, "community_worker", since)
    for number in range(elders):
        name = f"老人{number}"
        person_id = people.add(
            tx, name=name, place_id=home, joined_at=since, vouched=True, noticed=True
        )
        people.add_account(tx, person_id, "paper", name)
        checkins.add_plan(tx, person_id=person_id, at=[510], consent_by=person_id, consent_at=since)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--elders", type=int, default=30_000)
    parser.add_argument("--per-minute", type=int, default=2_000)
    given = parser.parse_args()
    with scratch() as folder:
        database = open_database(f"sqlite:///{folder / 'morning.db'}")
        metadata().create_all(database)
        found = asyncio.run(morning(database, given.elders, given.per_minute))
        database.dispose()
    twice = sum(times > 1 for times in found.greeted.values())
    print(f"greeted: {len(found.greeted)} of {given.elders}, twice: {twice}")
    print(f"from 8:30 for {found.lasted}, at most {found.most_a_minute} a minute")
    print(f"letters before the answer to danger: {found.behind}")
    print(f"on this machine: {found.seconds:.0f} s")


if __name__ == "__main__":
    main()
