"""Requests: what somebody asked for or gave, how it stands, who holds it, and its story.

Each transition is compare-and-set and leaves an event. Requests, offers, reports and emergencies
share one sequence of numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, bindparam, func, select, update
from sqlmodel import Field, SQLModel

from storage.db import Instant, Transaction, table

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
KINDS = ("need", "offer", "report", "emergency")

# from → to
WAYS: dict[str, tuple[str, ...]] = {
    "triage": ("open", "claimed", "waiting", "closed"),
    "open": ("claimed", "triage", "waiting", "planned", "done", "closed"),
    "reopened": ("claimed", "waiting", "planned", "done", "closed", "triage"),
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

_BY_NUMBER = select(REQUEST).where(REQUEST.c.number == bindparam("number"))


def get(tx: Transaction, number: int) -> Request | None:
    return tx.first(Request, _BY_NUMBER, {"number": number})


def add(tx: Transaction, now: datetime, **columns: Any) -> int:
    """A new request; its number. Its story begins with ``made``."""
    row = {"made_at": now, "changed_at": now, "state": "open", **columns}
    number = tx.insert(REQUEST, row)
    tx.memo.pop(("involved", columns["requester_id"]), None)
    tell(tx, number, now, "made", person_id=columns["requester_id"], after=row["state"])
    return number


def tell(
    tx: Transaction,
    number: int,
    now: datetime,
    what: str,
    *,
    person_id: int | None = None,
    before: str | None = None,
    after: str | None = None,
    note: str | None = None,
) -> None:
    """Add a step to the story."""
    row = {
        "number": number,
        "at": now,
        "person_id": person_id,
        "before": before,
        "after": after,
        "what": what,
        "note": note,
    }
    tx.put(EVENT, row)


def move(
    tx: Transaction,
    request: Request,
    to: str,
    now: datetime,
    *,
    who: int | None,
    why: str,
    note: str | None = None,
    **columns: Any,
) -> bool:
    """Change the state if it is still what ``request`` says; False if somebody was faster.

    Raises ValueError where the states do not lead there.
    """
    if to not in WAYS[request.state]:
        raise ValueError(f"{request.state} does not lead to {to}")
    changed = tx.run(
        update(REQUEST)
        .where(REQUEST.c.number == request.number, REQUEST.c.state == request.state)
        .values(state=to, changed_at=now, **columns)
    )
    if changed.rowcount != 1:
        return False
    for person_id in (request.requester_id, *followers(tx, request.number)):
        tx.memo.pop(("involved", person_id), None)
    tell(
        tx,
        request.number,
        now,
        why,
        person_id=who,
        before=request.state,
        after=to,
        note=note,
    )
    return True


def amend(tx: Transaction, number: int, now: datetime, **columns: Any) -> None:
    """Change what a request says, not how it stands."""
    tx.run(update(REQUEST).where(REQUEST.c.number == number).values(changed_at=now, **columns))


def of_person(tx: Transaction, person_id: int, states: Sequence[str] = UNSETTLED) -> list[Request]:
    """Requests made or followed by a person, newest first."""
    followed = select(FOLLOWER.c.number).where(FOLLOWER.c.person_id == person_id)
    mine = (REQUEST.c.requester_id == person_id) | REQUEST.c.number.in_(followed)
    chosen = select(REQUEST).where(mine, REQUEST.c.state.in_(states))
    return tx.rows(Request, chosen.order_by(REQUEST.c.number.desc()))


def at_places(
    tx: Transaction, place_ids: Iterable[int], states: Sequence[str] = UNSETTLED
) -> list[Request]:
    """Requests of these places, urgent first, then newest first."""
    chosen = select(REQUEST).where(
        REQUEST.c.place_id.in_(list(place_ids)), REQUEST.c.state.in_(states)
    )
    urgent_first = (REQUEST.c.urgency != "urgent", REQUEST.c.number.desc())
    return tx.rows(Request, chosen.order_by(*urgent_first))


def alike(tx: Transaction, place_id: int, category: str, since: datetime) -> list[Request]:
    """Unsettled requests of this place and category since an instant, newest first."""
    chosen = select(REQUEST).where(
        REQUEST.c.place_id == place_id,
        REQUEST.c.category == category,
        REQUEST.c.made_at > since,
        REQUEST.c.state.in_(UNSETTLED),
    )
    return tx.rows(Request, chosen.order_by(REQUEST.c.number.desc()))


def by_message(tx: Transaction, mid: str) -> int | None:
    """The request made from a message."""
    found = tx.values(select(REQUEST.c.number).where(REQUEST.c.mid == mid))
    return found[0] if found else None


def story(tx: Transaction, number: int) -> list[RequestEvent]:
    """All that happened to a request, in order."""
    tx.flush(EVENT)
    return tx.rows(RequestEvent, select(EVENT).where(EVENT.c.number == number).order_by(EVENT.c.id))


def follow(tx: Transaction, number: int, person_id: int) -> None:
    if person_id not in followers(tx, number):
        tx.run(FOLLOWER.insert(), {"number": number, "person_id": person_id})
        tx.memo.pop(("involved", person_id), None)


def followers(tx: Transaction, number: int) -> list[int]:
    return tx.values(select(FOLLOWER.c.person_id).where(FOLLOWER.c.number == number))


def totals(tx: Transaction, place_ids: Iterable[int]) -> tuple[int, int]:
    """How many matters were heard in these places, and how many solved."""
    here = REQUEST.c.place_id.in_(list(place_ids))
    solved = here & REQUEST.c.outcome.in_(("done", "half_done", "by_others"))
    counts = select(
        select(func.count()).select_from(REQUEST).where(here).scalar_subquery(),
        select(func.count()).select_from(REQUEST).where(solved).scalar_subquery(),
    )
    row = tx.connection.execute(counts).one()
    return int(row[0]), int(row[1])


def forget(tx: Transaction, before: datetime) -> int:
    """Blank the private words of requests closed long ago; how many."""
    old = (REQUEST.c.state == "closed") & (REQUEST.c.closed_at < before) & (REQUEST.c.text != "")
    blank: dict[str, Any] = {
        "text": "",
        "room": None,
        "phone": [],
        "spot": None,
        "for_text": None,
        "for_kind": None,
        "for_age": None,
    }
    return tx.run(update(REQUEST).where(old).values(**blank)).rowcount


def forget_names(tx: Transaction, before: datetime) -> int:
    """Take the names out of old stories; how many steps lost theirs."""
    old = (EVENT.c.at < before) & EVENT.c.person_id.is_not(None)
    return tx.run(update(EVENT).where(old).values(person_id=None)).rowcount
