"""Corners of the check-in: clock changes, weekdays, who may end what, lists and restarts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from bot.app import App
from bot.clock import PaperClock
from bot.gateways.paper import PaperGateway
from handlers.checkins import calendar
from storage import checkins, people, places
from storage.checkins import CheckinPlan
from storage.db import Transaction, transaction
from tests.elders import READER, Built, Street, one_elder, person, plan, street

__all__ = ["street"]


def due_days(first: date, days: int, **columns: Any) -> list[str]:
    made = CheckinPlan(person_id=1, **columns)
    every = (first + timedelta(days=step) for step in range(days))
    return [day.isoformat()[5:] for day in every if calendar.is_due(made, day)]


def test_every_other_day_goes_on_over_the_end_of_a_month() -> None:
    days = due_days(date(2026, 2, 27), 6, tier="yellow", from_day="2026-02-27")
    assert days == ["02-27", "03-01", "03-03"]
    days = due_days(date(2028, 2, 27), 5, tier="yellow", from_day="2028-02-27")
    assert days == ["02-27", "02-29", "03-02"]


def test_weekly_on_a_named_weekday_begins_with_the_next_of_them() -> None:
    # 3 March 2026 is a Tuesday; Mondays were asked for.
    days = due_days(date(2026, 3, 1), 20, tier="green", weekdays="1", from_day="2026-03-03")
    assert days == ["03-09", "03-16"]


@pytest.mark.parametrize(
    ("zone", "start", "minute"),
    [
        ("Europe/Berlin", datetime(2026, 3, 27, 12, tzinfo=UTC), 150),  # 2:30 is left out
        ("Europe/Berlin", datetime(2026, 10, 23, 12, tzinfo=UTC), 150),  # 2:30 comes twice
        ("Australia/Lord_Howe", datetime(2026, 10, 1, 12, tzinfo=UTC), 135),  # half an hour
        ("America/Santiago", datetime(2026, 9, 4, 12, tzinfo=UTC), 15),  # no midnight
        ("Africa/Casablanca", datetime(2026, 2, 13, 12, tzinfo=UTC), 150),  # back for Ramadan
    ],
)
async def test_once_a_day_where_the_hour_is_left_out_or_comes_twice(
    zone: str, start: datetime, minute: int, street: Built
) -> None:
    def elder(tx: Transaction, place_id: int) -> None:
        plan(tx, person(tx, place_id, "王奶奶"), minute)

    made = await street(start, elder, zone=zone)
    days = set()
    for _ in range(5):
        await made.app.advance(made.clock.now() + timedelta(days=1))
        await made.restart()
    for _, letter in made.road.sent:
        if letter.kind == "checkins.greeting":
            days.add(letter.id)
    assert len(days) == 5
    asked = [row for row in made.rows() if row.state != "scheduled"]
    local = {row.due_at.astimezone(ZoneInfo(zone)).date().isoformat() for row in asked}
    assert len(asked) == len(local) == 5


async def test_two_hours_a_day_are_two_check_ins(street: Built) -> None:
    def elder(tx: Transaction, place_id: int) -> None:
        person(tx, place_id, "李强", "community_worker")
        plan_id = plan(tx, person(tx, place_id, "王奶奶"))
        checkins.change_plan(tx, plan_id, at=[510, 1080])

    made = await street(datetime(2026, 3, 2, tzinfo=UTC), elder)
    await made.until(2026, 3, 2, 8, 31)
    await made.say("王奶奶", "好")
    await made.until(2026, 3, 2, 20, 1)
    assert made.said_to("王奶奶").count("checkins.greeting") == 2
    assert "checkins.duty" in made.said_to("李强")
    states = [(row.hour, row.state) for row in made.rows() if row.day == "2026-03-02"]
    assert states == [(510, "closed"), (1080, "alerting")]
    # The next morning's greeting waits on no second ladder; one word ends both.
    await made.until(2026, 3, 3, 8, 31)
    await made.say("王奶奶", "都好,手机没电了")
    assert not [row for row in made.rows() if row.state in checkins.WAITING]


def family_of_four(tx: Transaction, place_id: int) -> None:
    person(tx, place_id, "吴站长", "coordinator")
    person(tx, place_id, "李强", "community_worker")
    plan_id = plan(tx, person(tx, place_id, "王奶奶"))
    checkins.add_contact(tx, plan_id, name="老大", phone="16000000001")
    for name in ("老二", "老三", "老四", "老五"):
        checkins.add_contact(tx, plan_id, person_id=person(tx, place_id, name))


async def test_family_is_asked_in_order_and_who_was_not_reached_in_time_with_duty(
    street: Built,
) -> None:
    made = await street(datetime(2026, 3, 2, tzinfo=UTC), family_of_four)
    # No neighbour, and the first can only be rung up: both passed at once.
    await made.until(2026, 3, 2, 9, 31)
    assert made.said_to("老二") == ["checkins.family"]
    await made.say("老二", "我在外地,去不了")
    assert made.said_to("老三") == ["checkins.family"]
    await made.until(2026, 3, 2, 9, 50)
    assert made.said_to("老四") == ["checkins.family"]
    await made.until(2026, 3, 2, 10, 31)
    assert made.said_to("老五") == ["checkins.family"]
    assert made.said_to("李强") == ["checkins.duty"]
    await made.say("老三", "我去")
    await made.until(2026, 3, 2, 10, 55)
    assert "checkins.worker" not in made.said_to("李强")
    assert made.said_to("老四")[-1] == "checkins.going"


async def test_an_acknowledgement_lapses_and_may_be_renewed(street: Built) -> None:
    made = await street(datetime(2026, 3, 2, tzinfo=UTC), one_elder)
    await made.until(2026, 3, 2, 9, 31)
    await made.say("李阿姨", "我去")
    await made.until(2026, 3, 2, 9, 50)
    await made.say("李阿姨", "在路上")
    assert made.said_to("李阿姨")[-1] == "checkins.renewed"
    await made.until(2026, 3, 2, 10, 19)
    assert "checkins.lapsed" not in made.said_to("李阿姨")
    await made.until(2026, 3, 2, 10, 31)
    assert "checkins.lapsed" in made.said_to("李阿姨")
    assert "checkins.duty" in made.said_to("李强")


async def late(street: Built) -> Street:
    """An hour and more after her greeting, 王奶奶 has not answered."""

    def with_daughter(tx: Transaction, place_id: int) -> None:
        one_elder(tx, place_id)
        daughter = person(tx, place_id, "王芳")
        known = checkins.plans(tx)[0]
        checkins.add_contact(tx, known.id, person_id=daughter)

    made = await street(datetime(2026, 3, 2, tzinfo=UTC), with_daughter)
    await made.until(2026, 3, 2, 9, 31)
    return made


async def test_leaving_while_others_look_for_her_is_a_sign_of_life(street: Built) -> None:
    made = await late(street)
    await made.say("王奶奶", "不用每天问了")
    assert made.said_to("李阿姨")[-1] == "checkins.all_clear"
    await made.until(2026, 3, 4, 12, 0)
    assert made.said_to("李强") == []
    assert made.said_to("王奶奶").count("checkins.greeting") == 1


async def test_the_care_team_ends_check_ins_but_no_silence(street: Built) -> None:
    made = await late(street)
    await made.say("吴站长", "取消王奶奶的问候")
    assert "checkins.still_open" in made.said_to("吴站长")
    await made.until(2026, 3, 2, 10, 31)
    assert "checkins.duty" in made.said_to("李强")
    await made.say("李强", "王奶奶没事")
    assert "checkins.all_clear" in made.said_to("李阿姨")


async def test_the_family_knows_where_she_is(street: Built) -> None:
    made = await late(street)
    await made.say("王芳", "暂停王奶奶的问候到周日")
    assert made.said_to("李阿姨")[-1] == "checkins.all_clear"
    assert made.rows()[0].outcome == "vouched"


async def test_word_of_somebody_else_closes_nothing(street: Built) -> None:
    def two(tx: Transaction, place_id: int) -> None:
        one_elder(tx, place_id)
        plan(tx, person(tx, place_id, "沈奶奶"), 540)

    made = await street(datetime(2026, 3, 2, tzinfo=UTC), two)
    await made.until(2026, 3, 2, 9, 31)
    await made.say("沈奶奶", "好")
    await made.say("李阿姨", "沈奶奶没事,刚见到")
    assert made.rows()[0].state == "late"
    await made.say("李阿姨", "王奶奶没事,刚见到")
    assert made.rows()[0].outcome == "vouched"


async def test_a_stranger_cannot_vouch(street: Built) -> None:
    made = await late(street)
    await made.say("路人", "刚在楼下看到王奶奶,没事")
    assert made.rows()[0].state == "late"


async def test_consent_is_recorded_with_who_gave_it_and_who_heard_it(
    street: Built, opened: Callable[..., Engine]
) -> None:
    def people_of(tx: Transaction, place_id: int) -> None:
        person(tx, place_id, "吴站长", "coordinator")
        person(tx, place_id, "沈丽")
        for name in ("沈奶奶", "蒋爷爷", "黄伯"):
            person(tx, place_id, name)

    made = await street(datetime(2026, 3, 2, tzinfo=UTC), people_of)
    await made.say("吴站长", "给沈奶奶加上每天9点的问候")
    await made.say("沈奶奶", "同意")
    await made.say("吴站长", "给蒋爷爷加上每天9点的问候,监护人沈丽")
    await made.say("沈丽", "同意")
    await made.say("吴站长", "给黄伯加上每天9点的问候")
    await made.say("吴站长", "黄伯当面同意问候")
    with transaction(made.database) as tx:
        plans = checkins.plans(tx)
        recorded = [(one.person_id, one.consent_by, one.consent_heard_by) for one in plans]
    assert recorded == [(3, 3, None), (4, 2, None), (5, 5, 1)]
    assert all(one.consent_at is not None for one in plans)


async def test_only_the_care_team_hears_consent_for_somebody(street: Built) -> None:
    def people_of(tx: Transaction, place_id: int) -> None:
        for name in ("小李", "黄伯"):
            person(tx, place_id, name)

    made = await street(datetime(2026, 3, 2, tzinfo=UTC), people_of)
    await made.say("小李", "给黄伯加上每天9点的问候")
    await made.say("小李", "黄伯当面同意问候")
    with transaction(made.database) as tx:
        assert checkins.plans(tx) == []


async def test_hours_changed_in_the_morning_hold_from_tomorrow_and_nothing_was_missed(
    street: Built,
) -> None:
    made = await street(datetime(2026, 3, 2, tzinfo=UTC), one_elder)
    await made.until(2026, 3, 2, 8, 31)
    await made.say("王奶奶", "好")
    await made.say("王奶奶", "把问候改到8点")
    await made.until(2026, 3, 2, 23, 0)
    await made.restart(timedelta(minutes=30))
    assert made.said_to("王奶奶").count("checkins.greeting") == 1
    await made.until(2026, 3, 3, 8, 1)
    assert made.said_to("王奶奶").count("checkins.greeting") == 2
    assert "checkins.unknown" not in made.said_to("吴站长")


def rung_by_xiaoli(tx: Transaction, place_id: int) -> None:
    person(tx, place_id, "吴站长", "coordinator")
    person(tx, place_id, "李强", "community_worker")
    volunteer = person(tx, place_id, "小李")
    for name in ("王奶奶", "沈奶奶", "黄伯"):
        plan(tx, person(tx, place_id, name), channel="call", caller_id=volunteer)


async def test_a_call_list_is_sent_once_and_what_is_missing_is_asked_for_once(
    street: Built,
) -> None:
    made = await street(datetime(2026, 3, 2, tzinfo=UTC), rung_by_xiaoli)
    await made.until(2026, 3, 2, 8, 31)
    await made.restart()
    assert made.said_to("小李") == ["checkins.call_list"]
    await made.say("小李", "1 好 135/80")
    await made.until(2026, 3, 2, 9, 1)
    await made.restart()
    kinds = ["checkins.call_list", "checkins.call_noted", "checkins.call_missing"]
    assert made.said_to("小李") == kinds
    await made.say("小李", "2 没接")
    await made.say("小李", "3 好")
    assert made.said_to("小李")[-1] == "checkins.call_again"
    await made.until(2026, 3, 2, 9, 31)
    # No neighbour and no family: the duty member, while the elder gets a message.
    assert made.said_to("李强") == ["checkins.duty"]
    assert made.said_to("沈奶奶") == ["checkins.greeting"]
    await made.say("小李", "2 打通了,都好")
    assert made.said_to("李强")[-1] == "checkins.all_clear"
    outcomes = [row.outcome for row in made.rows() if row.day == "2026-03-02"]
    assert outcomes == ["ok", "ok", "ok"]


async def test_a_line_corrected_to_no_answer_is_open_again(street: Built) -> None:
    made = await street(datetime(2026, 3, 2, tzinfo=UTC), rung_by_xiaoli)
    await made.until(2026, 3, 2, 8, 31)
    await made.say("小李", "都好")
    await made.say("小李", "不对,2 没接")
    row = next(one for one in made.rows() if one.line == 2)
    assert (row.state, row.outcome) == ("asked", None)
    await made.until(2026, 3, 2, 9, 1)
    assert made.said_to("小李")[-1] == "checkins.call_missing"


async def test_without_anybody_to_ring_the_ladder_climbs_at_once(street: Built) -> None:
    def nobody(tx: Transaction, place_id: int) -> None:
        person(tx, place_id, "郭书记", "leader")
        plan(tx, person(tx, place_id, "王奶奶"), channel="door")

    made = await street(datetime(2026, 3, 2, tzinfo=UTC), nobody)
    await made.until(2026, 3, 2, 8, 31)
    assert made.said_to("郭书记") == ["checkins.team"]


async def test_the_second_channel_is_another_account_of_the_elder(
    opened: Callable[..., Engine],
) -> None:
    database = opened()
    with transaction(database) as tx:
        home = places.add(tx, key="b1", name="1号楼", kind="building", number="1")
        elder = person(tx, home, "王奶奶")
        people.add_account(tx, elder, "other", "wang")
        plan(tx, elder, neighbour_id=person(tx, home, "李阿姨"))
    roads = [PaperGateway(), PaperGateway("other")]
    clock = PaperClock(datetime(2026, 3, 2, tzinfo=UTC))
    app = App(database, roads, clock, reader=READER)
    await app.start(live=False)
    await app.advance(datetime(2026, 3, 2, 9, 31, tzinfo=ZoneInfo("Asia/Shanghai")))
    await app.stop()
    heard = [[one.kind for _, one in road.sent] for road in roads]
    assert heard[1] == ["checkins.greeting", "checkins.second"]
    assert sorted(heard[0]) == ["checkins.neighbour", "checkins.second"]
