"""APScheduler: the heartbeat that rings due timers, and the calendar of daily work.

Deadlines of people and requests are rows (`storage.timers`); only these few jobs are APScheduler's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.clock import Clock

_TICK = timedelta(microseconds=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Daily:
    """Work of the calendar: ``name`` at ``hour:minute`` of the zone, every day, idempotent."""

    name: str
    hour: int
    minute: int
    run: Callable[[], Awaitable[Any]]

    def trigger(self, zone: ZoneInfo) -> CronTrigger:
        return CronTrigger(hour=self.hour, minute=self.minute, timezone=zone)


class Calendar:
    """The daily jobs, asked by the paper clock; `Heart` runs the same jobs by the real one."""

    def __init__(self, jobs: Sequence[Daily], zone: ZoneInfo) -> None:
        self.zone = zone
        self._jobs: list[tuple[Daily, CronTrigger]] = []
        for job in jobs:
            self.add(job)

    @property
    def jobs(self) -> list[Daily]:
        """What is done daily, in the order it was put in."""
        return [job for job, _ in self._jobs]

    def add(self, job: Daily) -> None:
        """Have this done daily too."""
        self._jobs.append((job, job.trigger(self.zone)))

    def next_after(self, now: datetime) -> tuple[datetime, Daily] | None:
        """The next work to come after an instant; jobs of the same minute are one."""
        coming = [
            (fire, job)
            for job, trigger in self._jobs
            # A microsecond later, so that a job at this very instant has had its turn.
            if (fire := trigger.get_next_fire_time(None, now + _TICK))
        ]
        if not coming:
            return None
        fire = min(at for at, _ in coming)
        return fire, _together([job for at, job in coming if at == fire])

    def between(self, since: datetime, now: datetime) -> list[Daily]:
        """The work that came after ``since``, up to ``now``: each job once, however often."""
        found = []
        for job, trigger in self._jobs:
            fire = trigger.get_next_fire_time(None, since + _TICK)
            if fire is not None and fire <= now:
                found.append(job)
        return found


def _together(jobs: Sequence[Daily]) -> Daily:
    """Jobs of the same minute, one after the other."""

    async def run() -> None:
        for job in jobs:
            await job.run()

    first = jobs[0]
    return first if len(jobs) == 1 else Daily(first.name, first.hour, first.minute, run)


class Heart:
    """Beats every second and keeps the calendar by the bot's clock, on the running loop."""

    def __init__(
        self, calendar: Calendar, beat: Callable[[], Awaitable[Any]], clock: Clock
    ) -> None:
        self._calendar, self._clock, self._kept = calendar, clock, clock.now()
        self._scheduler = AsyncIOScheduler(
            timezone=calendar.zone,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._working = asyncio.Lock()
        self._add(beat, IntervalTrigger(seconds=1), "heartbeat")
        self._add(self._keep, IntervalTrigger(seconds=1), "calendar")

    async def _keep(self) -> None:
        """Do the daily work whose hour has come, by a clock that may have been moved."""
        now = self._clock.now()
        if now - self._kept < _MINUTE and now.minute == self._kept.minute:
            return  # the calendar knows whole minutes
        since, self._kept = self._kept, now
        for job in self._calendar.between(since, now):
            await job.run()

    def _add(self, run: Callable[[], Awaitable[Any]], trigger: BaseTrigger, name: str) -> None:
        async def one_at_a_time() -> None:
            async with self._working:
                await run()

        self._scheduler.add_job(one_at_a_time, trigger, id=name)

    def start(self) -> None:
        self._scheduler.start()

    async def stop(self) -> None:
        """Let what has begun come to its end; nothing begins any more."""
        self._scheduler.pause()
        async with self._working:
            self._scheduler.shutdown(wait=False)
