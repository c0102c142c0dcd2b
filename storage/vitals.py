"""Signs of life: readings people send (blood pressure, temperature…), and what they do here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlmodel import Field, SQLModel

from storage.checkins import CONTACT, PLAN
from storage.db import Instant, Transaction, table
from storage.people import PERSON
from storage.requests import EVENT, REQUEST


class Vital(SQLModel, table=True):
    """A reading in the bot's own unit: ``value2`` is the lower blood pressure.

    ``phase``: glucose ``fasting`` or ``after`` a meal. ``noted``: as it was said, in another unit.
    ``was``: what it was before a correction. ``told``: the care team heard that it is out of range;
    ``trend``: that it goes on rising.
    """

    __tablename__ = "vital"

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    kind: str
    value: float
    value2: float | None = None
    unit: str
    at: datetime = Field(sa_type=Instant)
    checkin_id: int | None = None
    said_by: int | None = Field(default=None, foreign_key="person.id", index=True)
    phase: str | None = None
    noted: str | None = None
    was: str | None = None
    told: bool = False
    trend: bool = False


class VitalWatch(SQLModel, table=True):
    """Somebody of the care team or the family who asked to be told of a person's readings."""

    __tablename__ = "vital_watch"

    person_id: int = Field(primary_key=True, foreign_key="person.id")
    watcher_id: int = Field(primary_key=True, foreign_key="person.id")


VITAL, WATCH = table(Vital), table(VitalWatch)
_IN_FORCE = PLAN.c.consent_at.is_not(None) & PLAN.c.withdrawn_at.is_(None)


def keep(tx: Transaction, **columns: Any) -> None:
    """Remember a reading (columns of `Vital`)."""
    empty = {"said_by": None, "phase": None, "noted": None, "was": None}
    tx.put(VITAL, {**empty, "told": False, "trend": False, **columns})


def of_person(
    tx: Transaction,
    person_id: int,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    kinds: Sequence[str] = (),
) -> list[Vital]:
    """Readings of a person, oldest first: all, or those of a span and of some kinds."""
    tx.flush(VITAL)
    chosen = select(VITAL).where(VITAL.c.person_id == person_id)
    if since is not None:
        chosen = chosen.where(VITAL.c.at >= since)
    if until is not None:
        chosen = chosen.where(VITAL.c.at < until)
    if kinds:
        chosen = chosen.where(VITAL.c.kind.in_(list(kinds)))
    return tx.rows(Vital, chosen.order_by(VITAL.c.at, VITAL.c.id))


def last_said(tx: Transaction, said_by: int, since: datetime) -> list[Vital]:
    """What somebody has told since an instant, for themselves or for others, newest first."""
    tx.flush(VITAL)
    theirs = (VITAL.c.said_by == said_by) & (VITAL.c.at >= since)
    return tx.rows(Vital, select(VITAL).where(theirs).order_by(VITAL.c.id.desc()))


def correct(tx: Transaction, vital_id: int, **columns: Any) -> None:
    """Put a reading right."""
    tx.run(update(VITAL).where(VITAL.c.id == vital_id).values(**columns))


def told_since(tx: Transaction, person_id: int, kind: str, since: datetime) -> bool:
    """Whether somebody was told of a reading of this kind since an instant."""
    tx.flush(VITAL)
    mine = (VITAL.c.person_id == person_id) & (VITAL.c.kind == kind) & (VITAL.c.at > since)
    return bool(tx.values(select(VITAL.c.id).where(mine, VITAL.c.told.is_(True)).limit(1)))


def watch(tx: Transaction, person_id: int, watcher_id: int) -> None:
    """From now on they hear of readings out of range."""
    if watcher_id not in watchers(tx, person_id):
        tx.run(WATCH.insert(), {"person_id": person_id, "watcher_id": watcher_id})


def watchers(tx: Transaction, person_id: int) -> list[int]:
    """Who asked to hear of this person's readings."""
    chosen = select(WATCH.c.watcher_id).where(WATCH.c.person_id == person_id)
    return [int(one) for one in tx.values(chosen.order_by(WATCH.c.watcher_id))]


def cared_for_by(tx: Transaction, person_id: int) -> list[int]:
    """Whose family contact, paired neighbour, key-holder or caller somebody is."""
    kin = select(CONTACT.c.plan_id).where(CONTACT.c.person_id == person_id)
    roles = (PLAN.c.neighbour_id, PLAN.c.key_holder_id, PLAN.c.caller_id)
    theirs = or_(*(role == person_id for role in roles))
    chosen = select(PLAN.c.person_id).where(_IN_FORCE, theirs | PLAN.c.id.in_(kin))
    return [int(one) for one in tx.values(chosen.order_by(PLAN.c.id))]


def enrolled_at(tx: Transaction, place_ids: Collection[int]) -> list[int]:
    """Who is checked on at these places."""
    there = PERSON.c.place_id.in_(sorted(place_ids))
    chosen = select(PLAN.c.person_id).join(PERSON, PERSON.c.id == PLAN.c.person_id)
    return [int(one) for one in tx.values(chosen.where(_IN_FORCE, there).order_by(PLAN.c.id))]


def forget(tx: Transaction, before: datetime) -> int:
    """Delete readings taken long ago; how many."""
    tx.flush(VITAL)
    return tx.run(delete(VITAL).where(VITAL.c.at < before)).rowcount


def erase(tx: Transaction, person_id: int) -> None:
    """Delete everything of one person; what they told of others stays without their name."""
    tx.flush(VITAL)
    tx.run(delete(VITAL).where(VITAL.c.person_id == person_id))
    tx.run(update(VITAL).where(VITAL.c.said_by == person_id).values(said_by=None))
    either = (WATCH.c.person_id == person_id) | (WATCH.c.watcher_id == person_id)
    tx.run(delete(WATCH).where(either))


def active_since(tx: Transaction, person_id: int, since: datetime) -> bool:
    """Whether a person asked for something or answered about it since: a sign of life."""
    tx.flush(EVENT)
    theirs = REQUEST.c.requester_id == person_id
    said = EVENT.c.person_id == person_id
    found = (
        select(EVENT.c.id)
        .join(REQUEST, REQUEST.c.number == EVENT.c.number)
        .where(theirs, said, EVENT.c.at > since, REQUEST.c.kind != "emergency")
        .limit(1)
    )
    return bool(tx.values(found))
