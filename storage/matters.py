"""A matter as it is kept: the request, its story, its followers, and how its states lead on.

Requests, offers, reports and emergencies share one sequence of numbers.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from storage.db import Instant, table

UNSETTLED = ("triage", "open", "claimed", "on_site", "waiting", "planned", "reopened", "done")
CLAIMABLE = ("open", "reopened", "triage")
IN_HAND = ("claimed", "on_site", "planned")
OUTCOMES = (
    "done",
    "half_done",
    "by_others",
    "not_needed",
    "unable",
    "referred",
    "duplicate",
    "unreachable",
    "unconfirmed",
)
KINDS = ("need", "offer", "report", "emergency", "run", "consult")
APART = ("run", "consult")
"""Kinds with rules of their own: never offered, listed, claimed or settled like the others."""

# from → to
WAYS: dict[str, tuple[str, ...]] = {
    "triage": ("open", "claimed", "waiting", "closed"),
    "open": ("claimed", "triage", "waiting", "planned", "done", "closed"),
    "reopened": ("claimed", "on_site", "waiting", "planned", "done", "closed", "triage"),
    "claimed": ("open", "on_site", "done", "waiting", "planned", "closed", "reopened"),
    "on_site": ("open", "done", "waiting", "planned", "closed", "claimed"),
    "planned": ("open", "claimed", "on_site", "done", "closed", "waiting"),
    "waiting": ("open", "claimed", "on_site", "planned", "closed", "done"),
    "done": ("closed", "reopened", "claimed"),
    "closed": ("reopened",),
}


class Request(SQLModel, table=True):
    """One matter with its number. ``unit, floor, room, phone, text, for_*`` are private."""

    __tablename__ = "request"
    __table_args__ = (
        Index("ix_request_place", "place_id", "category", "made_at"),
        Index("ix_request_requester", "requester_id", "state"),
        Index("ix_request_state", "state"),
        {"sqlite_autoincrement": True},
    )

    number: int = Field(default=None, primary_key=True)
    kind: str
    category: str
    danger: str | None = None
    items: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    text: str = ""
    mid: str | None = Field(default=None, index=True)
    """The inbox id of the message it came from."""
    place_id: int = Field(foreign_key="place.id")
    room_id: int | None = Field(default=None, foreign_key="room.id")
    spot: str | None = None
    unit: str | None = None
    floor: str | None = None
    room: str | None = None
    phone: list[str] = Field(default_factory=list, sa_type=JSON)
    for_text: str | None = None
    for_kind: str | None = None
    for_age: float | None = None
    urgency: str = "normal"
    state: str = "open"
    outcome: str | None = None
    level: int = 0
    wanted: int = 1
    requester_id: int = Field(foreign_key="person.id")
    made_at: datetime = Field(sa_type=Instant)
    changed_at: datetime = Field(sa_type=Instant)
    due_at: datetime | None = Field(default=None, sa_type=Instant)
    """When it is wanted, or agreed for."""
    due_text: str | None = None
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    reopenings: int = 0
    chain: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    """The people to page in turn, copied when the request was made."""
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class RequestEvent(SQLModel, table=True):
    """One step of a request's story."""

    __tablename__ = "request_event"

    id: int = Field(default=None, primary_key=True)
    number: int = Field(foreign_key="request.number", index=True)
    at: datetime = Field(sa_type=Instant)
    person_id: int | None = None
    before: str | None = None
    after: str | None = None
    what: str
    note: str | None = None


class Follower(SQLModel, table=True):
    """Somebody else who asked for the same thing and hears how it ends."""

    __tablename__ = "follower"

    number: int = Field(foreign_key="request.number", primary_key=True)
    person_id: int = Field(foreign_key="person.id", primary_key=True)


REQUEST, EVENT, FOLLOWER = table(Request), table(RequestEvent), table(Follower)
