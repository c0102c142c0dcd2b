"""Talks of a few people about one matter: in a small group, or relayed by the bot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlmodel import Field, SQLModel

from storage.db import Instant, Transaction, table


class Talk(SQLModel, table=True):
    """``state``: ``opening``, then ``in_room`` or ``relayed``, then ``over``.

    ``kind`` and ``ref`` say what it is about, such as ``consult`` and a request's number;
    ``opening`` is the text key of the first words said in it.
    """

    __tablename__ = "talk"

    id: int = Field(default=None, primary_key=True)
    kind: str
    ref: int = Field(index=True)
    opening: str
    place_id: int | None = Field(default=None, foreign_key="place.id")
    room_id: int | None = Field(default=None, foreign_key="room.id", index=True)
    state: str = "opening"
    opened_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class Talker(SQLModel, table=True):
    """Somebody who takes part in a talk."""

    __tablename__ = "talker"

    talk_id: int = Field(foreign_key="talk.id", primary_key=True)
    person_id: int = Field(foreign_key="person.id", primary_key=True)


TALK, TALKER = table(Talk), table(Talker)


def begin(
    tx: Transaction,
    kind: str,
    ref: int,
    members: Sequence[int],
    now: datetime,
    *,
    opening: str,
    place_id: int | None,
) -> int:
    """A new talk of these people; its id."""
    row = {
        "kind": kind,
        "ref": ref,
        "opening": opening,
        "place_id": place_id,
        "state": "opening",
        "opened_at": now,
    }
    talk_id = tx.insert(TALK, row)
    for person_id in dict.fromkeys(members):
        tx.run(TALKER.insert(), {"talk_id": talk_id, "person_id": person_id})
    return talk_id


def join(tx: Transaction, talk_id: int, person_id: int) -> None:
    """Somebody more takes part."""
    tx.run(TALKER.insert(), {"talk_id": talk_id, "person_id": person_id})


def get(tx: Transaction, talk_id: int) -> Talk:
    """The talk; KeyError if there is none."""
    found = tx.first(Talk, select(TALK).where(TALK.c.id == talk_id))
    if found is None:
        raise KeyError(talk_id)
    return found


def live(tx: Transaction, kind: str, ref: int) -> Talk | None:
    """The talk about something that is not over."""
    mine = (TALK.c.kind == kind) & (TALK.c.ref == ref) & (TALK.c.state != "over")
    return tx.first(Talk, select(TALK).where(mine).order_by(TALK.c.id.desc()))


def in_room(tx: Transaction, room_id: int) -> Talk | None:
    """The talk for which a group was made, over or not."""
    return tx.first(Talk, select(TALK).where(TALK.c.room_id == room_id))


def busy(tx: Transaction, person_id: int) -> bool:
    """Whether somebody takes part in a talk that is not over."""
    mine = (TALKER.c.person_id == person_id) & (TALK.c.state != "over")
    chosen = select(TALK.c.id).join(TALKER, TALKER.c.talk_id == TALK.c.id).where(mine)
    return bool(tx.values(chosen.limit(1)))


def members(tx: Transaction, talk_id: int) -> list[int]:
    """Who takes part."""
    chosen = select(TALKER.c.person_id).where(TALKER.c.talk_id == talk_id)
    return list(tx.values(chosen.order_by(TALKER.c.person_id)))


def move(
    tx: Transaction,
    talk: Talk,
    state: str,
    *,
    room_id: int | None = None,
    now: datetime | None = None,
) -> bool:
    """Change the state, and the group or the end with it; False if it was changed meanwhile."""
    still = (TALK.c.id == talk.id) & (TALK.c.state == talk.state)
    new = {"state": state, "room_id": room_id or talk.room_id, "ended_at": now}
    return tx.run(update(TALK).where(still).values(**new)).rowcount == 1
