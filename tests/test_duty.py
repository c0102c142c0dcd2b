"""Duty: who is paged, by the roster or by role, and holes told before they hurt."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from bot.app import App
from bot.clock import PaperClock
from bot.gateways.paper import PaperGateway
from handlers import duty as paging
from storage import duty, people, places
from storage.db import Transaction, transaction

ZONE = ZoneInfo("Asia/Shanghai")
FRIDAY = datetime(2026, 3, 6, 23, tzinfo=ZONE)


@pytest.fixture
def tx(database: Engine) -> Iterator[Transaction]:
    """A grid with a building in it."""
    with transaction(database) as made:
        grid = places.add(made, key="grid", name="幸福里", kind="grid")
        places.add(made, key="b1", name="1号楼", kind="building", parent_id=grid)
        yield made


def person(tx: Transaction, name: str, role: str | None = None, at: int = 1) -> int:
    since = datetime(2025, 1, 1, tzinfo=UTC)
    person_id = people.add(tx, name=name, place_id=at, joined_at=since, vouched=True)
    people.add_account(tx, person_id, "paper", name)
    if role:
        people.give_role(tx, person_id, at, role, since)
    return person_id


def test_a_shift_over_midnight_belongs_to_the_day_it_begins(tx: Transaction) -> None:
    night = person(tx, "night")
    duty.add(tx, place_id=1, duty="duty", people=[night], weekdays="5", start=1320, end=360)
    assert duty.on_duty(tx, 2, FRIDAY) == [night]
    assert duty.on_duty(tx, 2, FRIDAY + timedelta(hours=6)) == [night]
    assert duty.on_duty(tx, 2, FRIDAY + timedelta(hours=7)) == []
    assert duty.on_duty(tx, 2, FRIDAY - timedelta(hours=24)) == []


def test_the_building_comes_before_the_grid(tx: Transaction) -> None:
    far, near = person(tx, "far"), person(tx, "near")
    duty.add(tx, place_id=1, duty="duty", people=[far])
    duty.add(tx, place_id=2, duty="duty", people=[near])
    assert duty.on_duty(tx, 2, FRIDAY) == [near, far]
    assert paging.pages(tx, 2, FRIDAY, "duty") == [near]
    assert paging.pages(tx, 1, FRIDAY, "duty") == [far]


def test_who_left_or_has_no_account_is_passed_over(tx: Transaction) -> None:
    left, silent, here = person(tx, "left"), person(tx, "silent"), person(tx, "here")
    people.change(tx, left, left_at=FRIDAY)
    tx.run(people.ACCOUNT.delete().where(people.ACCOUNT.c.person_id == silent))
    for one in (left, silent, here):
        duty.add(tx, place_id=1, duty="duty", people=[one])
    assert duty.on_duty(tx, 2, FRIDAY) == [here]


def test_a_roster_decides_and_without_one_the_role_does(tx: Transaction) -> None:
    doctor, other = person(tx, "doctor", "doctor"), person(tx, "other", "doctor")
    assert paging.pages(tx, 2, FRIDAY, "doctor") == [doctor, other]
    duty.add(tx, place_id=1, duty="doctor", people=[other], start=480, end=1200)
    assert paging.pages(tx, 2, FRIDAY, "doctor") == []  # 23:00: nobody on call
    assert paging.pages(tx, 2, FRIDAY - timedelta(hours=10), "doctor") == [other]


def test_without_any_roster_duty_falls_to_the_community_worker(tx: Transaction) -> None:
    assert paging.pages(tx, 2, FRIDAY, "duty") == []
    coordinator = person(tx, "coordinator", "coordinator")
    assert paging.pages(tx, 2, FRIDAY, "duty") == [coordinator]
    worker = person(tx, "worker", "community_worker")
    assert paging.pages(tx, 2, FRIDAY, "duty") == [worker]
    assert paging.pages(tx, 2, FRIDAY, "worker") == [worker]


def test_days_from_and_until_are_included(tx: Transaction) -> None:
    one = person(tx, "one")
    days = {"from_day": "2026-03-06", "until_day": "2026-03-07"}
    duty.add(tx, place_id=1, duty="duty", people=[one], **days)
    on = [duty.on_duty(tx, 1, FRIDAY + timedelta(days=step)) != [] for step in (-1, 0, 1, 2)]
    assert on == [False, True, True, False]


def test_hours_follow_the_wall_clock_when_clocks_change(tx: Transaction) -> None:
    london = places.add(tx, key="hill", name="Hill", kind="grid", zone="Europe/London")
    one = person(tx, "one")
    duty.add(tx, place_id=london, duty="duty", people=[one], start=1320, end=480)
    zone = ZoneInfo("Europe/London")
    # The night of 29 March is an hour short; the shift still ends when the clock shows eight.
    assert duty.on_duty(tx, london, datetime(2026, 3, 29, 7, 59, tzinfo=zone)) == [one]
    assert duty.on_duty(tx, london, datetime(2026, 3, 29, 8, 0, tzinfo=zone)) == []


def test_gaps_of_a_day(tx: Transaction) -> None:
    place = places.every(tx)[1]
    by_day, night = person(tx, "day"), person(tx, "night")
    duty.add(tx, place_id=1, duty="duty", people=[by_day], start=480, end=1200)
    duty.add(tx, place_id=1, duty="duty", people=[night], weekdays="12345", start=1260, end=480)
    friday, sunday = date(2026, 3, 6), date(2026, 3, 8)

    def shown(day: date) -> list[tuple[str, str]]:
        return [
            (f"{begins.astimezone(ZONE):%H:%M}", f"{ends.astimezone(ZONE):%H:%M}")
            for begins, ends in duty.gaps(tx, place, day)
        ]

    assert shown(friday) == [("20:00", "21:00")]
    assert shown(sunday) == [("00:00", "08:00"), ("20:00", "00:00")]


async def test_a_hole_is_told_seven_days_and_a_day_ahead_once_each(database: Engine) -> None:
    with transaction(database) as tx:
        places.add(tx, key="grid", name="幸福里", kind="grid")
        person(tx, "吴站长", "coordinator")
        duty.add(
            tx, place_id=1, duty="duty", people=[person(tx, "李强")], weekdays="123456", end=1440
        )
    clock, road = PaperClock(datetime(2026, 3, 1, tzinfo=UTC)), PaperGateway()
    app = App(database, [road], clock)
    await app.start(live=False)
    await app.advance(datetime(2026, 3, 9, 0, 0, tzinfo=ZONE))
    assert {letter.kind for _, letter in road.sent} == {"gaps.gap"}
    told = [letter.text.splitlines()[1] for _, letter in road.sent]
    # Sunday the 8th: told on the 1st and on the 6th, before the quiet hours; the 15th on the 7th.
    assert told == ["3月8日周日00:00到次日00:00没有人"] * 2 + ["3月15日周日00:00到次日00:00没有人"]
    await app.stop()
    again = App(database, [road], clock)
    await again.start(live=False)
    await again.settle()
    assert len(road.sent) == 3
    await again.stop()
