"""Every table of the bot, so that the metadata is complete wherever it is needed."""

from __future__ import annotations

from sqlalchemy import MetaData
from sqlmodel import SQLModel

from storage import (
    boxes,
    checkins,
    claims,
    duty,
    inbox,
    matters,
    outbox,
    people,
    places,
    questions,
    rooms,
    timers,
    vitals,
)

MODULES = (
    places,
    people,
    rooms,
    inbox,
    outbox,
    timers,
    questions,
    matters,
    claims,
    boxes,
    duty,
    checkins,
    vitals,
)
"""The modules that declare tables; a new one goes here, or the migrations do not see it."""


def metadata() -> MetaData:
    """The metadata of them all."""
    return SQLModel.metadata
