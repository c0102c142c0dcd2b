"""How long everybody is given where people must be reached: visits, alerts, look-ins."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class LookIns:
    """Somebody is looked for: how long each step of those who are asked has, how often the last are
    asked again, and how long "I'll go" is good."""

    each: timedelta = timedelta(minutes=30)
    repeats: int = 5
    ack_lapses: timedelta = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class QuickLookIns(LookIns):
    """The same while there is danger."""

    each: timedelta = timedelta(minutes=10)
    ack_lapses: timedelta = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class Coverage:
    """A round of visits: when visitors who have not begun are nudged, and so long before the end;
    ``look_in`` is the ladder where nobody opened."""

    nudge: timedelta = timedelta(hours=2)
    nudge_again: timedelta = timedelta(hours=24)
    before_due: timedelta = timedelta(hours=2)
    look_in: LookIns = field(default_factory=LookIns)


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert: when the silent are asked again, and when others are asked to look for them; how
    long who is called up to duty has to answer; how long a word from another roll is good."""

    again: timedelta = timedelta(minutes=10)
    silent: timedelta = timedelta(minutes=20)
    called_up: timedelta = timedelta(minutes=10)
    good_for: timedelta = timedelta(hours=1)
    look_in: QuickLookIns = field(default_factory=QuickLookIns)
