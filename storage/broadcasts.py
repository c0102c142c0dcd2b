"""Notices to many: what is to be said to whom and when, each time it was said, and who it met."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint, delete, func, select, update
from sqlmodel import Field, SQLModel

from storage.db import Instant, Transaction, table
from storage.outbox import LETTER
from storage.people import ACCOUNT, PERSON
from storage.rooms import ROOM

OPEN = ("planned", "going")


class Broadcast(SQLModel, table=True):
    """One notice, said once or by a rule (`handlers.broadcasts.calendar`).

    ``places`` are ids; ``audience``: groups, buildings, volunteers or private. ``guide``: instead
    of ``text`` the next answer of the clinic's collection of that name (``*``: of all of them).
    ``state``: planned, going (said once, not told of yet), sent, ended or cancelled.
    """

    __tablename__ = "broadcast"

    id: int = Field(default=None, primary_key=True)
    by_id: int = Field(foreign_key="person.id", index=True)
    place_id: int = Field(foreign_key="place.id")
    places: list[int] = Field(default_factory=list, sa_type=JSON)
    audience: str = "groups"
    text: str = ""
    text_en: str = ""
    photos: list[list[str]] = Field(default_factory=list, sa_type=JSON)
    urgent: bool = False
    guide: str | None = None
    pushed: list[str] = Field(default_factory=list, sa_type=JSON)
    rule: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    zone: str = "Asia/Shanghai"
    state: str = "planned"
    made_at: datetime = Field(sa_type=Instant)


class Sending(SQLModel, table=True):
    """One time that a notice was said; ``due_at`` is when it should have been."""

    __tablename__ = "sending"
    __table_args__ = (UniqueConstraint("broadcast_id", "due_at"),)

    id: int = Field(default=None, primary_key=True)
    broadcast_id: int = Field(foreign_key="broadcast.id")
    due_at: datetime = Field(sa_type=Instant)
    began_at: datetime = Field(sa_type=Instant)
    said: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """What is said this time, by the names in its text."""


class Target(SQLModel, table=True):
    """A group or a person that one sending is for.

    ``waiting`` till its letter is made, then ``said``; ``unmet`` and ``why`` where none can be.
    """

    __tablename__ = "sending_target"

    id: int = Field(default=None, primary_key=True)
    sending_id: int = Field(foreign_key="sending.id", index=True)
    room_id: int | None = Field(default=None, foreign_key="room.id")
    person_id: int | None = Field(default=None, foreign_key="person.id")
    place_id: int | None = Field(default=None, foreign_key="place.id")
    state: str = "waiting"
    why: str = ""


class Stopped(SQLModel, table=True):
    """Somebody who wants no private notices, and since when."""

    __tablename__ = "notices_stopped"

    person_id: int = Field(primary_key=True, foreign_key="person.id")
    since: datetime = Field(sa_type=Instant)


BROADCAST, SENDING, TARGET = table(Broadcast), table(Sending), table(Target)
STOPPED = table(Stopped)


def add(tx: Transaction, **columns: Any) -> int:
    return tx.insert(BROADCAST, columns)


def get(tx: Transaction, broadcast_id: int) -> Broadcast | None:
    return tx.first(Broadcast, select(BROADCAST).where(BROADCAST.c.id == broadcast_id))


def change(tx: Transaction, broadcast_id: int, **columns: Any) -> None:
    tx.run(update(BROADCAST).where(BROADCAST.c.id == broadcast_id).values(**columns))


def planned(tx: Transaction) -> list[Broadcast]:
    """Those still to be said, oldest first."""
    chosen = select(BROADCAST).where(BROADCAST.c.state == "planned")
    return tx.rows(Broadcast, chosen.order_by(BROADCAST.c.id))


def begin(
    tx: Transaction, broadcast_id: int, due_at: datetime, now: datetime, said: Mapping[str, Any]
) -> int | None:
    """Begin to say it for this time; None where that was begun before."""
    here = (SENDING.c.broadcast_id == broadcast_id) & (SENDING.c.due_at == due_at)
    if tx.values(select(SENDING.c.id).where(here)):
        return None
    row = {"broadcast_id": broadcast_id, "due_at": due_at, "began_at": now, "said": dict(said)}
    return tx.insert(SENDING, row)


def sending(tx: Transaction, sending_id: int) -> Sending | None:
    return tx.first(Sending, select(SENDING).where(SENDING.c.id == sending_id))


def sendings(tx: Transaction, broadcast_ids: Collection[int], most: int = 5) -> list[Sending]:
    """The last times that any of these was said, newest first."""
    chosen = select(SENDING).where(SENDING.c.broadcast_id.in_(list(broadcast_ids)))
    return tx.rows(Sending, chosen.order_by(SENDING.c.id.desc()).limit(most))


def near(tx: Transaction, place_ids: Collection[int]) -> list[int]:
    """The ids of notices made for these places, whatever became of them."""
    return tx.values(select(BROADCAST.c.id).where(BROADCAST.c.place_id.in_(list(place_ids))))


def aim(tx: Transaction, sending_id: int, targets: Iterable[Mapping[str, Any]]) -> None:
    """Note whom a sending is for: rows of `Target` without their sending."""
    for one in targets:
        columns = {"room_id": None, "person_id": None, "place_id": None, "why": ""}
        tx.put(TARGET, {**columns, "state": "waiting", **one, "sending_id": sending_id})
    tx.flush(TARGET)


def next_targets(tx: Transaction, sending_id: int, most: int) -> list[Target]:
    """The next of those for whom no letter is made yet."""
    chosen = select(TARGET).where(TARGET.c.sending_id == sending_id, TARGET.c.state == "waiting")
    return tx.rows(Target, chosen.order_by(TARGET.c.id).limit(most))


def met(tx: Transaction, target_ids: Collection[int], state: str = "said", why: str = "") -> None:
    tx.run(update(TARGET).where(TARGET.c.id.in_(list(target_ids))).values(state=state, why=why))


def drop_waiting(tx: Transaction, broadcast_id: int) -> int:
    """Called off: no letter is made any more, and none that waits is sent; how many."""
    tx.flush(LETTER)
    mine = select(SENDING.c.id).where(SENDING.c.broadcast_id == broadcast_id)
    unmade = (TARGET.c.sending_id.in_(mine)) & (TARGET.c.state == "waiting")
    unsent = (LETTER.c.batch.in_(mine)) & (LETTER.c.state == "waiting")
    gone = tx.run(update(TARGET).where(unmade).values(state="unmet", why="cancelled")).rowcount
    tx.memo.pop("told", None)
    return gone + tx.run(update(LETTER).where(unsent).values(state="stale")).rowcount


def letters(tx: Transaction, sending_id: int) -> Counter[str]:
    """How many letters of a sending are in which state."""
    tx.flush(LETTER)
    chosen = select(LETTER.c.state, func.count()).where(LETTER.c.batch == sending_id)
    return Counter(
        {row[0]: row[1] for row in tx.connection.execute(chosen.group_by(LETTER.c.state))}
    )


def unmet(tx: Transaction, sending_id: int) -> list[dict[str, Any]]:
    """Whom no letter could be made for: the columns of `Target`."""
    chosen = select(TARGET).where(TARGET.c.sending_id == sending_id, TARGET.c.state == "unmet")
    found = tx.connection.execute(chosen.order_by(TARGET.c.id))
    return [dict(row) for row in found.mappings()]


def not_delivered(tx: Transaction, sending_id: int) -> list[tuple[int, str]]:
    """``(conversation, state)`` of the letters that did not or may not have arrived."""
    tx.flush(LETTER)
    lost = LETTER.c.state.in_(("refused", "stale", "unknown"))
    chosen = select(LETTER.c.room_id, LETTER.c.state).where(LETTER.c.batch == sending_id, lost)
    return [(row[0], row[1]) for row in tx.connection.execute(chosen.order_by(LETTER.c.id))]


def said_since(tx: Transaction, since: datetime) -> tuple[Counter[int], Counter[int]]:
    """How many notices each conversation, and each person, was sent since; urgent ones left out."""
    tx.flush(LETTER)
    counted = (
        LETTER.c.batch.is_not(None)
        & (LETTER.c.made_at >= since)
        & LETTER.c.urgent.is_(False)
        & LETTER.c.state.not_in(("stale", "refused"))
    )
    chosen = select(ROOM.c.id, ROOM.c.person_id, func.count()).select_from(LETTER.join(ROOM))
    by_room, by_person = Counter[int](), Counter[int]()
    grouped = chosen.where(counted).group_by(ROOM.c.id, ROOM.c.person_id)
    for room_id, person_id, count in tx.connection.execute(grouped):
        by_room[room_id] += count
        if person_id is not None:
            by_person[person_id] += count
    return by_room, by_person


def residents(tx: Transaction, place_ids: Collection[int]) -> list[int]:
    """Everybody who lives at these places and has not left."""
    here = PERSON.c.place_id.in_(list(place_ids)) & PERSON.c.left_at.is_(None)
    return tx.values(select(PERSON.c.id).where(here).order_by(PERSON.c.id))


def with_account(tx: Transaction) -> set[int]:
    """Everybody whom some gateway can reach."""
    return set(tx.values(select(ACCOUNT.c.person_id)))


def stop(tx: Transaction, person_id: int, now: datetime) -> bool:
    """No private notices to this person any more; False if so already."""
    if person_id in stopped(tx):
        return False
    tx.run(STOPPED.insert(), {"person_id": person_id, "since": now})
    return True


def allow(tx: Transaction, person_id: int) -> bool:
    """Private notices again; False if they were never stopped."""
    return tx.run(delete(STOPPED).where(STOPPED.c.person_id == person_id)).rowcount == 1


def stopped(tx: Transaction) -> set[int]:
    """Who wants no private notices."""
    return set(tx.values(select(STOPPED.c.person_id)))
