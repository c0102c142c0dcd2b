"""Patiences and limits of single features, as `handlers.policy` gathers them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Runs:
    """A shopping run: how long it gathers orders if no time was said, how long it waits for the
    runner's word when the time has come, when late orders are still met, and when it ends."""

    gathers: timedelta = timedelta(minutes=30)
    waits: timedelta = timedelta(minutes=15)
    late: timedelta = timedelta(minutes=30)
    ends: timedelta = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Consults:
    """A consultation: how long a doctor has to answer, when it is tried again, and for how often;
    when an open talk is asked after, and when it ends by itself."""

    answer: timedelta = timedelta(minutes=15)
    again: timedelta = timedelta(hours=2)
    rounds: int = 3
    asks_after: timedelta = timedelta(hours=24)
    ends: timedelta = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Guides:
    """How like one of the clinic's questions a question must be to get its answer, from 0 to 1:
    where the clinic was asked, or privately; and where it was only said in a group."""

    sure: float = 0.52
    sure_in_group: float = 0.6


@dataclass(frozen=True, slots=True)
class Broadcasts:
    """Notices to many: how many a day one group and one person get, unless urgent; how long one
    that was missed is still worth sending; when its sender hears whom it did not reach."""

    per_group: int = 4
    per_person: int = 2
    late: timedelta = timedelta(hours=2)
    report: timedelta = timedelta(minutes=10)
