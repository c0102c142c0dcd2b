"""A trend, by one small rule: the middle of the last three days against the seven before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from statistics import median
from typing import TypeVar

LAST, BEFORE = 3, 7
"""Days with a reading that are compared; days without one count for nothing."""
WITHIN = 60
"""Readings older than so many days say nothing of now."""

Day = TypeVar("Day", bound=date)


def by_day(readings: Sequence[tuple[Day, float]]) -> list[tuple[Day, float]]:
    """One value a day, the middle one: many readings on one bad afternoon make no trend."""
    days: dict[Day, list[float]] = {}
    for day, value in readings:
        days.setdefault(day, []).append(value)
    return [(day, median(values)) for day, values in sorted(days.items())]


def stretch(days: Sequence[tuple[Day, float]], step: float) -> Day | None:
    """Since which day the values have been ``step`` or more above what they were before.

    None: they are not. A stretch is over when the difference has fallen below half a step, so that
    a value that sways does not end and begin it again. A negative step is one downwards.
    """
    began: Day | None = None
    for last in range(LAST + BEFORE, len(days) + 1):
        values = [value for _, value in days[last - LAST - BEFORE : last]]
        change = (median(values[BEFORE:]) - median(values[:BEFORE])) / step
        if change >= 1:
            began = began or days[last - 1][0]
        elif change < 0.5:
            began = None
    return began
