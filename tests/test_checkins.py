"""Check-ins on the real bot: once each, through restarts, outages and clock changes."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from handlers.checkins import hours, replies
from handlers.policy import Policy
from storage import vitals
from storage.db import Transaction, transaction
from tests.elders import Built, one_elder, person, plan, street

__all__ = ["street"]


async def test_five_hundred_elders_due_at_once_are_greeted_once_each(street: Built) -> None:
    def many(tx: Transaction, place_id: int) -> None:
        for number in range(500):
            plan(tx, person(tx, place_id, f"elder{number}"))

    made = await street(datetime(2026, 3, 1, 22, tzinfo=UTC), many)
    await made.until(2026, 3, 2, 8, 29)
    assert made.road.sent == []
    await made.until(2026, 3, 2, 8, 31)
    greeted = Counter(letter.conversation for _, letter in made.road.sent)
    assert len(greeted) == 500
    assert set(greeted.values()) == {1}
    await made.restart()
    await made.restart(timedelta(minutes=5))
    assert len(made.road.sent) == 500


async def test_a_restart_in_the_middle_of_the_ladder_repeats_nothing_and_skips_nothing(
    tmp_path: Path, street: Built
) -> None:
    url = f"sqlite:///{tmp_path / 'street.db'}"
    made = await street(datetime(2026, 3, 2, tzinfo=UTC), one_elder, url=url)
    for hour, minute in ((8, 31), (8, 45), (9, 1), (9, 31), (9, 45)):
        await made.until(2026, 3, 2, hour, minute)
        await made.restart()
    assert made.said_to("王奶奶") == ["checkins.greeting", "checkins.second"]
    assert made.said_to("李阿姨") == ["checkins.neighbour"]
    await made.say("李阿姨", "好")
    await made.restart()
    assert made.said_to("李阿姨")[-1] == "checkins.agreed"
    await made.say("李阿姨", "她没事,在家")
    await made.restart()
    await made.until(2026, 3, 2, 23, 0)
    assert made.said_to("李强") == []
    assert [row.outcome for row in made.rows() if row.day == "2026-03-02"] == ["vouched"]


async def test_nobody_answers_and_nobody_goes_so_it_stays_open_as_a_red_line(street: Built) -> None:
    made = await street(datetime(2026, 3, 2, tzinfo=UTC), one_elder)
    await made.until(2026, 3, 3, 8, 1)
    assert made.said_to("李阿姨") == ["checkins.neighbour"]
    assert made.said_to("李强").count("checkins.team") == 5
    assert made.said_to("吴站长")[-1] == "checkins.red_lines"
    await made.restart()
    assert made.said_to("吴站长").count("checkins.red_lines") == 1
    await made.say("李强", "人没事,手机坏了")
    assert made.said_to("吴站长")[-1] == "checkins.all_clear"


async def test_an_outage_alarms_nobody_and_lists_the_unknown_once(street: Built) -> None:
    made = await street(datetime(2026, 3, 2, tzinfo=UTC), one_elder)
    await made.until(2026, 3, 2, 8, 0)
    await made.restart(timedelta(hours=6))
    assert made.said_to("王奶奶") == made.said_to("李阿姨") == []
    assert made.said_to("李强") == made.said_to("吴站长") == ["checkins.unknown"]
    await made.restart()
    assert made.said_to("李强") == ["checkins.unknown"]


async def test_a_missed_greeting_is_caught_up_and_its_ladder_counts_from_then(
    street: Built,
) -> None:
    made = await street(datetime(2026, 3, 2, tzinfo=UTC), one_elder)
    await made.until(2026, 3, 2, 8, 0)
    await made.restart(timedelta(hours=2))
    assert made.said_to("王奶奶") == ["checkins.greeting"]
    await made.until(2026, 3, 2, 10, 59)
    assert made.said_to("李阿姨") == []
    await made.until(2026, 3, 2, 11, 1)
    assert made.said_to("李阿姨") == ["checkins.neighbour"]


@pytest.mark.parametrize(
    ("start", "at"),
    [
        (datetime(2026, 3, 27, 12, tzinfo=UTC), 510),  # clocks go forward on the 29th
        (datetime(2026, 10, 23, 12, tzinfo=UTC), 510),  # and back on 25 October
        (datetime(2026, 3, 27, 12, tzinfo=UTC), 90),  # 1:30 does not exist that day
        (datetime(2026, 10, 23, 12, tzinfo=UTC), 90),  # 1:30 comes twice that day
    ],
)
async def test_once_a_day_by_the_wall_clock_through_clock_changes(
    start: datetime, at: int, street: Built
) -> None:
    def elder(tx: Transaction, place_id: int) -> None:
        plan(tx, person(tx, place_id, "Mrs Hill"), at)

    made = await street(start, elder, zone="Europe/London")
    for _ in range(5):
        await made.app.advance(made.clock.now() + timedelta(days=1))
        await made.restart()
    assert made.said_to("Mrs Hill").count("checkins.greeting") == 5
    london = ZoneInfo("Europe/London")
    if at == 510:
        shown = {row.due_at.astimezone(london).time().isoformat() for row in made.rows()}
        assert shown == {"08:30:00"}


async def test_every_other_day_and_weekly(street: Built) -> None:
    def elders(tx: Transaction, place_id: int) -> None:
        plan(tx, person(tx, place_id, "yellow"), tier="yellow", from_day="2026-03-02")
        plan(tx, person(tx, place_id, "green"), tier="green", from_day="2026-03-03")

    made = await street(datetime(2026, 3, 1, 16, tzinfo=UTC), elders)
    await made.until(2026, 3, 16, 0, 0)
    days = [(row.person_id, row.day[-2:]) for row in made.rows() if row.day < "2026-03-16"]
    assert [day for person_id, day in days if person_id == 1] == [
        "02", "04", "06", "08", "10", "12", "14",
    ]  # fmt: skip
    assert [day for person_id, day in days if person_id == 2] == ["03", "10"]


async def test_a_voice_message_or_a_photo_is_contact(street: Built) -> None:
    made = await street(datetime(2026, 3, 2, tzinfo=UTC), one_elder)
    await made.until(2026, 3, 2, 8, 31)
    await made.say("王奶奶", "", voice=True)
    assert made.said_to("王奶奶") == ["checkins.greeting", "checkins.contact_made"]


async def test_asking_for_milk_is_a_sign_of_life(street: Built) -> None:
    made = await street(datetime(2026, 3, 2, tzinfo=UTC), one_elder)
    await made.until(2026, 3, 2, 8, 31)
    await made.say("王奶奶", "谁能帮我带两盒牛奶?")
    await made.until(2026, 3, 2, 10, 0)
    assert "checkins.second" not in made.said_to("王奶奶")
    assert "checkins.neighbour" not in made.said_to("李阿姨")


async def test_an_emergency_comes_first_and_no_bare_word_closes_the_check_in(street: Built) -> None:
    made = await street(datetime(2026, 3, 2, tzinfo=UTC), one_elder)
    await made.until(2026, 3, 2, 8, 31)
    await made.say("王奶奶", "我胸口疼得厉害,喘不上气")
    assert made.said_to("王奶奶")[1].startswith("emergencies.")
    await made.say("王奶奶", "嗯")
    assert made.rows()[0].state == "alerting"
    await made.until(2026, 3, 2, 12, 0)
    assert "checkins.neighbour" not in made.said_to("李阿姨")


async def test_nobody_is_greeted_without_consent_or_after_leaving(street: Built) -> None:
    def elders(tx: Transaction, place_id: int) -> None:
        plan(tx, person(tx, place_id, "unasked"), consent_at=None, consent_by=None)
        left = datetime(2026, 1, 1, tzinfo=UTC)
        plan(tx, person(tx, place_id, "gone"), withdrawn_at=left)

    made = await street(datetime(2026, 3, 2, tzinfo=UTC), elders)
    await made.until(2026, 3, 4, 0, 0)
    assert made.road.sent == []


@pytest.mark.parametrize(
    ("text", "is_unwell"),
    [
        ("摔了", True),
        ("头晕", True),
        ("不好", True),
        ("不太舒服,没事", True),
        ("I fell", True),
        ("not so good", True),
        ("嗯", False),
        ("不疼了,挺好", False),
        ("没有不舒服", False),
        ("不好意思,刚看到,都好", False),
        ("麻烦你们了,都好", False),
        ("打麻将去了", False),
        ("no pain today, fine", False),
        ("will do, still here", False),
    ],
)
def test_replies_are_read_not_counted(text: str, is_unwell: bool) -> None:
    assert replies.is_unwell(text) is is_unwell


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("9点", [540]),
        ("早上8点半", [510]),
        ("8:30", [510]),
        ("下午三点一刻", [915]),
        ("9点和18点", [540, 1080]),
        ("6 pm", [1080]),
        ("十点", [600]),
        ("到时候", []),
        ("25点", []),
    ],
)
def test_hours_are_read_from_words(text: str, minutes: list[int]) -> None:
    assert hours.minutes_in(text) == minutes


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("周五", "2026-03-06"),
        ("星期天", "2026-03-08"),
        ("下周三", "2026-03-11"),
        ("今天", "2026-03-03"),
        ("后天", "2026-03-05"),
        ("3月8日", "2026-03-08"),
        ("2号", "2026-04-02"),
        ("Friday", "2026-03-06"),
        ("tomorrow", "2026-03-04"),
        ("5 March", "2026-03-05"),
        ("以后再说", None),
    ],
)
def test_days_are_read_from_words(text: str, day: str | None) -> None:
    found = hours.day_in(text, date(2026, 3, 3))
    assert (found.isoformat() if found else None) == day


async def test_readings_are_kept_and_duty_hears_of_those_beyond_the_limits(street: Built) -> None:
    made = await street(datetime(2026, 3, 2, tzinfo=UTC), one_elder)
    await made.until(2026, 3, 2, 8, 31)
    await made.say("王奶奶", "挺好,血压190/100")
    with transaction(made.database) as tx:
        kept = [(one.kind, one.value, one.value2, one.unit) for one in vitals.of_person(tx, 4)]
    assert kept == [("blood_pressure", 190.0, 100.0, "mmHg")]
    assert made.said_to("李强") == ["readings.beyond"]


async def test_old_check_ins_are_forgotten(street: Built) -> None:
    made = await street(datetime(2026, 3, 2, tzinfo=UTC), one_elder)
    await made.until(2026, 3, 2, 8, 31)
    await made.say("王奶奶", "好")
    days = Policy().retention.checkin_days
    await made.say("王奶奶", "不用每天问了")
    await made.app.advance(made.clock.now() + timedelta(days=days + 1))
    assert made.rows() == []
