"""Working hours and holidays: when a promise counted in working time is due."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.policy import Working
from storage.workdays import is_working

MOST_DAYS = 400
"""Days looked ahead: no promise is longer than a year."""


def after(begun: datetime, span: timedelta, working: Working, zone: ZoneInfo) -> datetime:
    """The instant at which ``span`` of working time has passed; a day is one working day."""
    day_long = _length(working)
    left = span.days * day_long + timedelta(seconds=span.seconds)
    local = begun.astimezone(zone)
    for ahead in range(MOST_DAYS):
        day = local.date() + timedelta(days=ahead)
        if not is_working(day, working.holidays):
            continue
        opens, closes = (
            datetime.combine(day, at, zone).astimezone(begun.tzinfo)
            for at in (working.begins, working.ends)
        )
        opens = max(opens, begun)
        if opens < closes:
            if left <= closes - opens:
                return opens + left
            left -= closes - opens
    raise ValueError("no working time within a year")


def _length(working: Working) -> timedelta:
    day = date(2000, 1, 3)
    return datetime.combine(day, working.ends) - datetime.combine(day, working.begins)
