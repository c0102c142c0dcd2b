"""Promises: counted by the wall or in working hours, told once, and the share of them kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from handlers import working
from handlers.policy import Country, Working
from storage import people, places, promises, requests
from storage.db import Transaction, transaction

ZONE = ZoneInfo("Asia/Shanghai")
NINE = datetime(2026, 3, 2, 9, tzinfo=ZONE)  # a Monday
CHINA, PLAIN = Working(), Working(holidays=Country(""))


def at(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("begun", "span", "due"),
    [
        (at(2, 9), timedelta(minutes=20), at(2, 9, 20)),
        (at(2, 17, 20), timedelta(minutes=20), at(3, 8, 40)),  # the last ten wait for the morning
        (at(6, 17), timedelta(hours=1), at(9, 9)),  # Friday evening to Monday morning
        (at(2, 6), timedelta(minutes=5), at(2, 8, 35)),
        (at(2, 9), timedelta(days=2), at(4, 9)),
        (at(5, 16), timedelta(days=2), at(9, 16)),  # a day is a working day
    ],
)
def test_working_time_passes_only_while_offices_work(
    begun: datetime, span: timedelta, due: datetime
) -> None:
    assert working.after(begun, span, PLAIN, ZONE) == due


def test_holidays_and_moved_working_days_of_the_country_count() -> None:
    assert not working.is_working(date(2026, 2, 17), "CN")  # spring festival
    assert working.is_working(date(2026, 2, 14), "CN")  # a Saturday worked for it
    assert working.is_working(date(2026, 2, 17), "")
    eve = at(14, 17, month=2)
    assert working.after(eve, timedelta(hours=1), CHINA, ZONE) == at(24, 9, month=2)


def _request(tx: Transaction) -> tuple[int, int]:
    place = places.add(tx, kind="building", key="b1", name="1号楼", number="1")
    asker = people.add(tx, name="王奶奶", place_id=place, joined_at=NINE)
    request = requests.add(
        tx, NINE, kind="need", category="repair", text="", place_id=place, requester_id=asker
    )
    return request.number, place


def test_the_share_counts_what_fell_due_and_nothing_that_still_runs(database: Engine) -> None:
    soon = NINE + timedelta(minutes=5)
    with transaction(database) as tx:
        number, place = _request(tx)
        promises.make(tx, number, "on_site", NINE, soon)
        promises.keep(tx, number, ["on_site"], soon)
        promises.make(tx, number, "on_site", NINE, soon)
        promises.keep(tx, number, ["on_site"], soon + timedelta(minutes=1))
        promises.make(tx, number, "on_site", NINE, soon)
        promises.drop(tx, number, ["on_site"], NINE)
        promises.make(tx, number, "small_fix", NINE, soon)
        found = promises.share(tx, [place], NINE, NINE + timedelta(days=1))
    assert found == [promises.Kept("on_site", "repair", place, 1, 2)]


def test_what_slipped_and_was_never_kept_is_broken(database: Engine) -> None:
    soon = NINE + timedelta(minutes=5)
    with transaction(database) as tx:
        number, place = _request(tx)
        promises.make(tx, number, "plan", NINE, soon)
        [owed] = promises.standing(tx, number)
        assert promises.slip(tx, owed.id, soon)
        assert not promises.slip(tx, owed.id, soon), "everybody is told once"
        promises.drop(tx, number, ["plan"], soon)
        assert [one.state for one in promises.of_request(tx, number)] == ["broken"]
        found = promises.share(tx, [place], NINE, NINE + timedelta(days=1))
    assert found == [promises.Kept("plan", "repair", place, 0, 1)]


def test_a_clock_that_stood_still_is_due_so_much_later(database: Engine) -> None:
    with transaction(database) as tx:
        number, _ = _request(tx)
        promises.make(tx, number, "plan", NINE, NINE + timedelta(hours=2))
        promises.pause(tx, number, NINE + timedelta(hours=1))
        [paused] = promises.standing(tx, number)
        assert not promises.slip(tx, paused.id, NINE + timedelta(hours=3))
        [again] = promises.resume(tx, number, NINE + timedelta(hours=5))
        assert again.due_at == (NINE + timedelta(hours=6)).astimezone(UTC)
