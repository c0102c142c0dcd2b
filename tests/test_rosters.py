"""Rosters: turns in rotation, working days, swaps taken once, and holes that remain."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from bot import exchange
from storage import covers, duty, people, places, rosters
from storage.db import Transaction, transaction
from storage.rosters import Roster

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 9, tzinfo=ZONE).astimezone(UTC)


@pytest.fixture
def tx(database: Engine) -> Iterator[Transaction]:
    """A grid with five people in it."""
    with transaction(database) as made:
        places.add(made, key="grid", name="幸福里", kind="grid")
        for number in range(1, 6):
            one = people.add(made, name=str(number), place_id=1, joined_at=NOW, vouched=True)
            people.add_account(made, one, "paper", str(number))
        yield made


def plan(tx: Transaction, **columns: Any) -> tuple[Roster, places.Place]:
    duty.add(tx, place_id=1, **columns)
    return rosters.rosters(tx)[1, columns.get("duty", "duty")][-1], places.every(tx)[1]


def crews(tx: Transaction, days: int, **columns: Any) -> list[list[int]]:
    """Who serves on each of these days from Monday."""
    row, _ = plan(tx, from_day=MONDAY.isoformat(), **columns)
    return [rosters.crew(row, MONDAY + timedelta(days=day)) for day in range(days)]


def test_without_together_everybody_serves_at_once(tx: Transaction) -> None:
    assert crews(tx, 2, people=[1, 2]) == [[1, 2], [1, 2]]


def test_a_week_each(tx: Transaction) -> None:
    found = crews(tx, 22, people=[1, 2, 3], together=1, every=7)
    assert found == [[1]] * 7 + [[2]] * 7 + [[3]] * 7 + [[1]]


def test_a_pair_every_three_days_and_the_last_crew_may_be_smaller(tx: Transaction) -> None:
    found = crews(tx, 10, people=[1, 2, 3, 4, 5], together=2, every=3)
    assert found == [[1, 2]] * 3 + [[3, 4]] * 3 + [[5]] * 3 + [[1, 2]]


def test_without_a_first_day_weeks_change_on_mondays(tx: Transaction) -> None:
    row, _ = plan(tx, people=[1, 2], together=1, every=7)
    sunday = MONDAY - timedelta(days=1)
    assert rosters.crew(row, sunday) != rosters.crew(row, MONDAY)
    assert rosters.crew(row, MONDAY) == rosters.crew(row, MONDAY + timedelta(days=6))


def test_four_people_two_shifts_round_the_clock_with_rest_in_between(tx: Transaction) -> None:
    row, place = plan(
        tx, people=[1, 2, 3, 4], together=1, shifts=2, start=480, end=480, from_day="2026-03-02"
    )
    turns = list(rosters.planned(row, place, MONDAY, 8))
    assert [(one.begins.astimezone(ZONE).hour, one.person_id) for one in turns[:6]] == [
        (8, 1),
        (20, 4),
        (8, 2),
        (20, 1),
        (8, 3),
        (20, 2),
    ]
    assert duty.gaps(tx, place, MONDAY + timedelta(days=3)) == []
    for person_id in (1, 2, 3, 4):
        mine = [one for one in turns if one.person_id == person_id]
        rests = [later.begins - one.ends for one, later in pairwise(mine)]
        assert set(rests) <= {timedelta(hours=24), timedelta(hours=48)}


def test_two_by_two_a_day_on_and_a_day_off(tx: Transaction) -> None:
    row, place = plan(tx, people=[1, 2, 3, 4], together=2, start=480, end=480)
    first, second = (
        [one.person_id for one in rosters.planned(row, place, day, 1)]
        for day in (MONDAY, MONDAY + timedelta(days=1))
    )
    assert sorted([*first, *second]) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("day", "is_worked"),
    [
        ("2025-10-01", False),  # the national day, a Wednesday
        ("2025-10-11", True),  # a Saturday worked to make up for it
        ("2025-10-12", False),
        ("2025-10-13", True),
    ],
)
def test_holidays_and_the_days_worked_for_them(tx: Transaction, day: str, is_worked: bool) -> None:
    work, place = plan(tx, people=[1], days="workdays", holidays="CN")
    rest, _ = plan(tx, people=[2], days="restdays", holidays="CN")
    at = date.fromisoformat(day)
    assert bool(list(rosters.planned(work, place, at, 1))) == is_worked
    assert bool(list(rosters.planned(rest, place, at, 1))) != is_worked


def test_without_a_country_working_days_are_monday_to_friday(tx: Transaction) -> None:
    row, place = plan(tx, people=[1], days="workdays")
    turns = rosters.planned(row, place, MONDAY, 7)
    assert [one.day[-2:] for one in turns] == ["02", "03", "04", "05", "06"]


def test_whoever_stands_in_serves_and_may_pass_it_on_or_give_it_back(tx: Transaction) -> None:
    plan(tx, people=[1])

    def now() -> list[int]:
        return duty.on_duty(tx, 1, NOW)

    for giver, taker in ((1, 2), (2, 3), (3, 1)):
        [shift] = [one for one in duty.current(tx, 1, NOW) if one.person_id == giver]
        cover = covers.get(tx, covers.put_up(tx, shift, "offered"))
        assert cover is not None
        assert now() == [giver]  # till somebody takes it
        assert covers.take(tx, cover, taker)
        assert now() == [taker]


def test_of_two_who_take_a_turn_one_has_it(tx: Transaction) -> None:
    plan(tx, people=[1])
    [shift] = duty.current(tx, 1, NOW)
    cover = covers.get(tx, covers.put_up(tx, shift, "absent"))
    assert cover is not None
    assert duty.on_duty(tx, 1, NOW) == []  # said that they cannot: nobody is there
    assert [covers.take(tx, cover, 2), covers.take(tx, cover, 3)] == [True, False]
    assert not covers.keep(tx, cover.id)
    assert duty.on_duty(tx, 1, NOW) == [2]


def test_an_absence_is_a_hole_and_so_is_somebody_out_of_reach(tx: Transaction) -> None:
    row, place = plan(tx, people=[1], start=480, end=1200)
    plan(tx, people=[2], duty="doctor", start=480, end=1200)
    plan(tx, people=[3], start=1200, end=480)
    people.change(tx, 2, left_at=NOW)
    [shift] = rosters.planned(row, place, MONDAY + timedelta(days=1), 1)
    covers.put_up(tx, shift, "absent")
    found = duty.holes(tx, place, MONDAY + timedelta(days=1), 0, duty.DAY)
    assert [(one.what, one.duty, one.person_id) for one in found] == [
        ("absent", "duty", 1),
        ("no_contact", "doctor", 2),
    ]


ROTA = """
[[places]]
key = "grid2"
name = "东里"
kind = "grid"

[[people]]
key = "a"
name = "甲"

[[people]]
key = "b"
name = "乙"

[[people]]
key = "c"
name = "丙"

[[duty]]
key = "rota"
place = "grid2"
people = ["a", "b", "c"]
together = 1
shifts = 2
start = "08:00"
end = "08:00"
days = "restdays"
"""


def test_a_rota_goes_out_as_it_came_in(tx: Transaction, tmp_path: Any) -> None:
    path = tmp_path / "rota.toml"
    path.write_text(ROTA, "utf-8")
    exchange.bring_in(tx, exchange.read(path), NOW, country="CN")
    [row] = [one for one in exchange.gather(tx)["duty"] if one["key"] == "rota"]
    assert row["people"] == ["a", "b", "c"]
    assert (row["together"], row["shifts"], row["days"]) == (1, 2, "restdays")
    assert row["holidays"] == "CN"  # the settings' country, where the row names none


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ('people = ["a", "b"]', "2 crews for 2 shifts"),
        ('people = ["a", "x", "c"]', "there is no x in people"),
        ('people = ["a", "b", "c"]\nperson = "a"', "name one person, or several"),
        ('people = ["a", "b", "c"]\nholidays = "XX"', "a country whose holidays are known"),
    ],
)
def test_a_rota_that_cannot_be_served_is_refused(
    tx: Transaction, tmp_path: Any, wrong: str, why: str
) -> None:
    path = tmp_path / "rota.toml"
    path.write_text(ROTA.replace('people = ["a", "b", "c"]', wrong), "utf-8")
    with pytest.raises(exchange.BadImport, match=why):
        exchange.bring_in(tx, exchange.read(path), NOW)
