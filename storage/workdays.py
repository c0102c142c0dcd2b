"""Which days offices work, by the calendar of a country."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any


def is_working(day: date, country: str) -> bool:
    """Whether offices work that day; without a country (``CN``), Monday to Friday.

    Weekend days that a country works to make up for a holiday count as working days.
    """
    if not country:
        return day.isoweekday() <= 5
    return bool(_calendar(country, day.year).is_working_day(day))


def has_calendar(country: str) -> bool:
    """Whether this country's holidays are known; no country is Monday to Friday."""
    if not country:
        return True
    from holidays.utils import list_supported_countries  # noqa: PLC0415

    return country in list_supported_countries()


@cache
def _calendar(country: str, year: int) -> Any:
    # Loading its tables takes half a second, which a bot that asks for none never spends.
    import holidays  # noqa: PLC0415

    return holidays.country_holidays(country, years=[year])
