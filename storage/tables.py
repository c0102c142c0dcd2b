"""Every table of the bot, so that the metadata is complete wherever it is needed."""

from __future__ import annotations

from sqlalchemy import MetaData
from sqlmodel import SQLModel

from storage import (
    alerts,
    boxes,
    broadcasts,
    calendars,
    checkin_plans,
    checkins,
    claims,
    codes,
    coverage,
    covers,
    duty,
    errands,
    guides,
    hours,
    inbox,
    lookins,
    looks,
    matters,
    members,
    outbox,
    people,
    places,
    promises,
    questions,
    roads,
    rooms,
    rosters,
    runs,
    shift_notes,
    signs,
    skills,
    spending,
    talks,
    timers,
    vitals,
    whistles,
)

MODULES = (
    places,
    people,
    skills,
    rooms,
    inbox,
    members,
    codes,
    roads,
    outbox,
    broadcasts,
    errands,
    timers,
    questions,
    matters,
    claims,
    hours,
    runs,
    talks,
    promises,
    boxes,
    rosters,
    covers,
    duty,
    shift_notes,
    calendars,
    whistles,
    checkin_plans,
    checkins,
    vitals,
    looks,
    signs,
    spending,
    lookins,
    coverage,
    alerts,
    guides,
)
"""The modules that declare tables; a new one goes here, or the migrations do not see it."""


def metadata() -> MetaData:
    """The metadata of them all."""
    return SQLModel.metadata
