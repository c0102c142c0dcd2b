"""The calendar of one's own turns of duty: a feed at an address that only they know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from aiohttp.test_utils import TestClient, TestServer
from icalendar import Calendar
from sqlalchemy import Engine

from bot.clock import PaperClock
from bot.web import calendars as pages
from bot.web import server
from bot.words import Words, load
from storage import calendars, covers, duty, people, places
from storage.db import Transaction, transaction

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 2, 9, tzinfo=ZONE)  # a Monday
TOKEN = "a" * 43
WORDS = Words(load())


@pytest.fixture
def tx(database: Engine) -> Iterator[Transaction]:
    """A compound with nights on weekdays, served by two in turns."""
    with transaction(database) as made:
        places.add(made, key="grid", name="幸福里", name_en="Xingfuli", kind="grid")
        since = datetime(2025, 1, 1, tzinfo=UTC)
        for name in ("老钱", "小赵"):
            one = people.add(made, name=name, place_id=1, joined_at=since, vouched=True)
            people.add_account(made, one, "paper", name)
        turns = {"people": [1, 2], "together": 1, "from_day": "2026-02-16"}
        duty.add(made, place_id=1, start=1200, end=480, **turns)
        calendars.give(made, 1, TOKEN)
        yield made


def events(tx: Transaction, person_id: int) -> list[tuple[str, str, str]]:
    """Begin, end and state of what the calendar holds from now on."""
    feed = Calendar.from_ical(pages.feed(tx, WORDS, people.get(tx, person_id), NOW))
    return [
        (f"{one.start:%m-%d %H:%M}", f"{one.end:%m-%d %H:%M}", str(one["STATUS"]))
        for one in feed.events
        if one.start > NOW
    ]


def test_the_calendar_holds_ones_own_turns_for_three_months(tx: Transaction) -> None:
    mine, theirs = events(tx, 1), events(tx, 2)
    assert mine[0] == ("03-02 20:00", "03-03 08:00", "CONFIRMED")
    assert theirs[0] == ("03-03 20:00", "03-04 08:00", "CONFIRMED")
    assert (len(mine), len(theirs)) == (47, 46)  # of 93 nights, turn and turn about
    feed = Calendar.from_ical(pages.feed(tx, WORDS, people.get(tx, 1), NOW))
    assert str(feed.events[0]["SUMMARY"]) == "幸福里值班"


def test_a_swap_moves_the_turn_from_one_calendar_to_the_other(tx: Transaction) -> None:
    shift = duty.of_person(tx, 1, NOW.astimezone(UTC))[0]
    cover = covers.get(tx, covers.put_up(tx, shift, "absent"))
    assert cover is not None
    assert events(tx, 1)[0][2] == "CANCELLED"
    assert covers.take(tx, cover, 2)
    assert not covers.take(tx, cover, 2)  # once
    assert events(tx, 1)[0][0] == "03-04 20:00"
    assert events(tx, 2)[0] == ("03-02 20:00", "03-03 08:00", "CONFIRMED")


def test_the_same_turn_keeps_its_name_whoever_serves_it(tx: Transaction) -> None:
    before = Calendar.from_ical(pages.feed(tx, WORDS, people.get(tx, 1), NOW)).events
    after = Calendar.from_ical(
        pages.feed(tx, WORDS, people.get(tx, 1), NOW + timedelta(minutes=5))
    ).events
    assert [one["UID"] for one in before] == [one["UID"] for one in after]
    assert len({one["UID"] for one in before}) == len(before)


async def test_the_address_opens_one_calendar_until_another_is_given(
    tx: Transaction, database: Engine
) -> None:
    tx.connection.commit()
    clock = PaperClock(NOW.astimezone(UTC))
    app = server.build(None, pages.routes(database, WORDS, clock))

    async def status(client: TestClient, token: str, **headers: str) -> int:
        async with client.get(f"/calendar/{token}.ics", headers=headers) as answer:
            return answer.status

    async with TestClient(TestServer(app)) as client:
        async with client.get(f"/calendar/{TOKEN}.ics") as answer:
            assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
            assert answer.headers["Cache-Control"] == "private, no-store"
            assert b"BEGIN:VEVENT" in await answer.read()
        assert await status(client, "b" * 43) == 404
        assert await status(client, "x") == 404
        assert await status(client, TOKEN, Host="evil.example") == 421
        with transaction(database) as again:
            calendars.give(again, 1, "c" * 43)
        assert await status(client, TOKEN) == 404
        assert await status(client, "c" * 43) == 200
        with transaction(database) as again:
            people.change(again, 1, left_at=NOW)
        assert await status(client, "c" * 43) == 404
