"""The daily work: what is put in later has its hour like the rest, and none is done twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.schedule import Calendar, Daily

ZONE = ZoneInfo("Asia/Shanghai")
NIGHT = datetime(2026, 3, 2, 2, 59, tzinfo=ZONE)


async def test_what_is_added_later_has_its_hour_like_the_rest() -> None:
    done: list[str] = []
    calendar = Calendar([daily("greetings", 3, 0, done), daily("sums", 4, 0, done)], ZONE)
    calendar.add(daily("backup", 3, 30, done))
    for job in calendar.between(NIGHT, NIGHT + timedelta(minutes=40)):
        await job.run()
    assert done == ["greetings", "backup"]
    assert [job.name for job in calendar.jobs] == ["greetings", "sums", "backup"]


async def test_what_falls_on_the_same_minute_is_done_together() -> None:
    done: list[str] = []
    calendar = Calendar([daily("greetings", 3, 0, done)], ZONE)
    calendar.add(daily("backup", 3, 0, done))
    coming = calendar.next_after(NIGHT)
    assert coming is not None
    fire, job = coming
    assert fire == NIGHT + timedelta(minutes=1)
    await job.run()
    assert done == ["greetings", "backup"]
    assert calendar.between(fire, fire + timedelta(hours=23)) == []


def daily(name: str, hour: int, minute: int, done: list[str]) -> Daily:
    """Work that notes that it was done."""

    async def run() -> None:
        done.append(name)

    return Daily(name, hour, minute, run)
