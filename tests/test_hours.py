"""The ledger of hours: whatever two sides say in whatever order, it sums to zero."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from bot.play import parse_text, run
from handlers.spans import minutes_in
from storage import hours, merging, people, places, requests
from storage.db import Transaction, disposing, open_database, transaction
from storage.tables import metadata

NOW = datetime(2027, 3, 1, 2, tzinfo=UTC)
PEOPLE, NUMBERS = 4, 3


def neighbours(tx: Transaction) -> None:
    """Four people, the first of whom asked for three things."""
    place = places.add(tx, key="b1", name="1号楼", kind="building")
    for name in "甲乙丙丁":
        people.add(tx, name=name, place_id=place, joined_at=NOW)
    for _ in range(NUMBERS):
        requests.add(tx, NOW, kind="need", category="other", place_id=place, requester_id=1)


def claim(tx: Transaction, number: int, helper: int) -> hours.HourClaim:
    return next(one for one in hours.of_request(tx, number) if one.helper_id == helper)


STEPS = st.lists(
    st.tuples(
        st.integers(1, NUMBERS),
        st.integers(2, PEOPLE),
        st.sampled_from(("propose", "say", "agree", "drop")),
        st.integers(0, 600),
    ),
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_whatever_is_said_the_ledger_sums_to_zero_and_holds_what_both_agreed(
    steps: list[tuple[int, int, str, int]],
) -> None:
    agreed: dict[tuple[int, int], int] = defaultdict(int)
    with disposing(open_database("sqlite://")) as database:
        metadata().create_all(database)
        with transaction(database) as tx:
            neighbours(tx)
            known: set[tuple[int, int]] = set()
            for later, (number, helper, what, minutes) in enumerate(steps):
                at, key = NOW + timedelta(minutes=later), (number, helper)
                if what == "propose":
                    hours.propose(tx, number, helper, receiver_id=1, minutes=minutes, now=at)
                    known.add(key)
                elif key in known and what == "say":
                    hours.say(tx, claim(tx, *key), minutes, helper, at)
                elif key in known and what == "drop":
                    hours.drop(tx, claim(tx, *key), at)
                elif key in known:
                    more = hours.agree(tx, claim(tx, *key), minutes, at)
                    assert more == minutes - agreed[key]
                    agreed[key] = minutes
                assert hours.balance(tx) == 0
                assert hours.entered(tx, *key) == agreed[key]
            for helper in range(2, PEOPLE + 1):
                mine = {key: sum_ for key, sum_ in agreed.items() if key[1] == helper}
                assert hours.given(tx, helper) == sum(mine.values())
                assert hours.times(tx, helper) == sum(one > 0 for one in mine.values())
            assert hours.received(tx, 1) == sum(agreed.values())


def test_every_entry_has_its_counterpart_and_none_is_ever_changed(database: Engine) -> None:
    with transaction(database) as tx:
        neighbours(tx)
        hours.propose(tx, 1, 2, receiver_id=1, minutes=30, now=NOW)
        for minutes in (30, 45, 0):
            hours.agree(tx, claim(tx, 1, 2), minutes, NOW)
        rows = tx.rows(hours.HourEntry, hours.HOUR_ENTRY.select().order_by(hours.HOUR_ENTRY.c.id))
        assert [(one.side, one.minutes) for one in rows] == [
            ("gave", 30),
            ("got", -30),
            ("gave", 15),
            ("got", -15),
            ("gave", -45),
            ("got", 45),
        ]


def test_two_who_turn_out_to_be_one_keep_their_hours(database: Engine) -> None:
    with transaction(database) as tx:
        neighbours(tx)
        for helper, minutes in ((2, 30), (3, 20)):
            hours.propose(tx, 1, helper, receiver_id=1, minutes=minutes, now=NOW)
            hours.agree(tx, claim(tx, 1, helper), minutes, NOW)
        merging.merge(tx, 3, 2, NOW)
        assert (hours.given(tx, 2), hours.given(tx, 3), hours.balance(tx)) == (50, 0, 0)


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ("40分钟", 40),
        ("大概用了40分钟吧", 40),
        ("一个半小时", 90),
        ("一小时半", 90),
        ("半个小时", 30),
        ("1小时20分", 80),
        ("二十五分钟", 25),
        ("1.5小时", 90),
        ("40 minutes", 40),
        ("about 45 min.", 45),
        ("half an hour", 30),
        ("an hour and a half", 90),
        ("1 hour 20 minutes", 80),
        ("3分钟后到", None),
        ("两盒牛奶", None),
        ("40", None),
        ("", None),
    ],
)
def test_a_span_is_read_as_people_say_it(said: str, minutes: int | None) -> None:
    assert minutes_in(said) == minutes


async def test_a_week_counts_no_more_than_its_limit() -> None:
    """The second hour of the week is over the limit; a week later hours count again."""
    helps = """
王奶奶: 谁能帮我带两盒牛奶?
小李: 我来
(10 min later)
小李 to bot: 好了
王奶奶 to bot: 好了
小李 to bot: 50分钟
王奶奶 to bot: 是
"""
    text = "without: checkins\nset: hours.per_week = 1 h\n" + helps + helps
    played = await run(parse_text(text + "\n(8 days later)\n" + helps))
    told = [line.text for line in played.lines if line.key in {"hours.entered", "hours.full"}]
    totals = ("50分钟", "1小时", "1小时50分钟")
    assert all(total in line for total, line in zip(totals, told, strict=True))
    assert "10分钟" in told[1]


async def test_work_is_no_help_that_counts() -> None:
    """The property service's own repair is thanked for, and nothing is proposed."""
    text = """
without: checkins
陈奶奶: 1单元楼道灯坏了
老钱: 我来 1
老钱 to bot: 好了
陈奶奶 to bot: 好了
"""
    played = await run(parse_text(text))
    kinds = {line.key for line in played.lines}
    assert "settling.thanks" in kinds
    assert not any(kind.startswith("hours.") for kind in kinds)
