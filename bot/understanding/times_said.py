"""A time as said in words, before it is reckoned from the time of sending."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Bound = Literal["by", "before", "from"]


@dataclass(frozen=True, slots=True)
class Said:
    """A time as said, not yet reckoned.

    ``day`` is (kind, number): ``in`` n days from now; ``weekday`` 0–6, with ``week`` 0 this, 1
    next or None the nearest; ``week``, ``weekend``, ``month``, ``month_start``, ``month_end``,
    ``year_end`` n from now; ``date`` a day of the month, with ``month`` and ``year`` if said.
    ``hour`` and ``until`` are hours of the day as floats, ``exact`` if am or pm is known;
    ``after`` is a delay in minutes, ``within`` makes it a limit.
    ``habit`` is for days that come again: Mondays.
    """

    span: tuple[int, int]
    day: tuple[str, int] | None = None
    week: int | None = None
    month: int | None = None
    year: int | None = None
    length: int = 1
    part: str | None = None
    hour: float | None = None
    until: float | None = None
    exact: bool = False
    bound: Bound | None = None
    after: float | None = None
    within: bool = False
    habit: bool = False
