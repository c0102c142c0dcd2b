"""Everybody due at 8:30: greeted within the pace, danger never behind them, through a restart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from bench.morning import DUE, SHANGHAI, morning
from bot.app import App
from bot.clock import PaperClock
from bot.delivery import Manners
from bot.gateways.paper import PaperGateway
from bot.pace import Limits, Pace
from storage import checkins, people, places
from storage.checkins import CHECKIN, Checkin
from storage.db import transaction


async def test_all_are_greeted_once_within_the_pace_and_danger_waits_for_none_of_them(
    opened: Callable[..., Engine],
) -> None:
    found = await morning(opened(), elders=600, per_minute=120)
    assert len(found.greeted) == 600
    assert set(found.greeted.values()) == {1}
    assert found.most_a_minute <= 120
    assert found.lasted <= timedelta(minutes=5)
    assert found.behind == 0
    assert not [kind for kind in found.others if kind.startswith("checkins.")]


async def test_the_ladder_counts_from_when_a_greeting_went_and_what_never_went_is_unknown(
    opened: Callable[..., Engine],
) -> None:
    database = opened()
    since = datetime(2025, 1, 1, tzinfo=UTC)
    with transaction(database) as tx:
        home = places.add(tx, key="b1", name="1号楼", kind="building", number="1")
        for name, role in (("吴站长", "coordinator"), ("李强", "community_worker")):
            person_id = people.add(tx, name=name, place_id=home, joined_at=since, vouched=True)
            people.add_account(tx, person_id, "paper", name)
            people.give_role(tx, person_id, home, role, since)
        for number in range(250):
            name, columns = f"老人{number}", {"joined_at": since, "vouched": True, "noticed": True}
            person_id = people.add(tx, name=name, place_id=home, **columns)
            people.add_account(tx, person_id, "paper", name)
            agreed = {"consent_by": person_id, "consent_at": since}
            checkins.add_plan(tx, person_id=person_id, at=[510], **agreed)
    clock, road = PaperClock(DUE - timedelta(minutes=1)), PaperGateway()
    limits = Limits(seconds_between=0, per_minute=1, per_minute_in_room=1, jitter=0)
    manners = {"paper": Manners(Pace(limits, lambda: 0.0))}
    app = App(database, [road], clock, zone=SHANGHAI, manners=manners)
    await app.start(live=False)
    # One a minute: an hour later some sixty are greeted, and nobody else can have been late.
    await app.advance(DUE + timedelta(minutes=59))
    greeted = [one.conversation for _, one in road.sent if one.kind == "checkins.greeting"]
    asked = [one.kind for _, one in road.sent if one.conversation == "李强"]
    assert 28 <= len(greeted) <= 60
    assert asked == []
    await app.advance(DUE + timedelta(hours=6))
    app.engine.stop()
    with transaction(database) as tx:
        rows = tx.rows(Checkin, CHECKIN.select().where(CHECKIN.c.day == "2026-03-02"))
    greeted = [one.conversation for _, one in road.sent if one.kind == "checkins.greeting"]
    unknown = [one for one in rows if one.outcome == "unknown"]
    assert len(greeted) == len(set(greeted))
    assert len(greeted) + len(unknown) == 250
    listed = "".join(one.text for _, one in road.sent if one.kind == "checkins.unknown")
    assert all(f"老人{one.person_id - 3}（" in listed for one in unknown)
