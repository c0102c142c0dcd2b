"""Who is in which group, as what the group calls them, and since when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint, bindparam, select, update
from sqlmodel import Field, SQLModel

from storage.db import Instant, Transaction, table
from storage.prepared import Prepared
from storage.rooms import ROOM, Room


class Member(SQLModel, table=True):
    """Somebody in a group: ``name`` is what the group sees. ``welcomed``: the bot has said so."""

    __tablename__ = "member"
    __table_args__ = (UniqueConstraint("room_id", "external"),)

    id: int = Field(default=None, primary_key=True)
    room_id: int = Field(foreign_key="room.id", index=True)
    external: str
    """The gateway's own id: whoever has only joined is nobody the bot knows yet."""
    name: str = ""
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    joined_at: datetime = Field(sa_type=Instant)
    left_at: datetime | None = Field(default=None, sa_type=Instant)
    welcomed: bool = True


MEMBER = table(Member)
_ONE = Prepared(
    select(MEMBER).where(
        MEMBER.c.room_id == bindparam("room_id"), MEMBER.c.external == bindparam("external")
    )
)


def get(tx: Transaction, room_id: int, external: str) -> Member | None:
    """The membership, present or past."""
    key = ("member", room_id, external)
    if key not in tx.memo:
        row = tx.first(Member, _ONE, {"room_id": room_id, "external": external})
        if row is None:
            return None
        tx.memo[key] = row
    found: Member = tx.memo[key]
    return found


def note(
    tx: Transaction,
    room_id: int,
    external: str,
    now: datetime,
    *,
    name: str = "",
    person_id: int | None = None,
    welcomed: bool = True,
) -> None:
    """Somebody is in the group; written only where that is news."""
    known = get(tx, room_id, external)
    if known is None:
        row = {
            "room_id": room_id,
            "external": external,
            "name": name,
            "person_id": person_id,
            "joined_at": now,
            "welcomed": welcomed,
        }
        tx.insert(MEMBER, row)
        return
    changes = {
        "name": name or known.name,
        "person_id": person_id or known.person_id,
        "left_at": None,
    }
    if any(getattr(known, column) != value for column, value in changes.items()):
        _change(tx, known, **changes)


def leave(tx: Transaction, room_id: int, external: str, now: datetime) -> Member | None:
    """Somebody has left the group: the membership that ended."""
    known = get(tx, room_id, external)
    if known is None or known.left_at is not None:
        return None
    _change(tx, known, left_at=now)
    return known


def belong_to(tx: Transaction, gateway: str, external: str, person_id: int) -> None:
    """An account turned out to be this person's."""
    theirs = select(ROOM.c.id).where(ROOM.c.gateway == gateway)
    mine = (MEMBER.c.external == external) & MEMBER.c.room_id.in_(theirs)
    tx.run(update(MEMBER).where(mine).values(person_id=person_id))
    _forget(tx)


def rooms_of(tx: Transaction, person_id: int, gateway: str | None = None) -> list[Room]:
    """The groups somebody is in, oldest membership first."""
    mine = (MEMBER.c.person_id == person_id) & MEMBER.c.left_at.is_(None)
    chosen = select(ROOM).join(MEMBER, MEMBER.c.room_id == ROOM.c.id).where(mine)
    found = tx.rows(Room, chosen.order_by(MEMBER.c.id))
    return [one for one in found if gateway in {None, one.gateway}]


def unwelcomed(tx: Transaction, room_id: int) -> list[Member]:
    """Who is there and has not been welcomed yet, in the order of their coming."""
    new = MEMBER.c.welcomed.is_(False) & MEMBER.c.left_at.is_(None)
    chosen = select(MEMBER).where(MEMBER.c.room_id == room_id, new)
    return tx.rows(Member, chosen.order_by(MEMBER.c.id))


def welcome(tx: Transaction, room_id: int) -> None:
    """All who are there have been welcomed."""
    tx.run(update(MEMBER).where(MEMBER.c.room_id == room_id).values(welcomed=True))
    _forget(tx)


def _change(tx: Transaction, member: Member, **columns: object) -> None:
    tx.run(update(MEMBER).where(MEMBER.c.id == member.id).values(**columns))
    tx.memo.pop(("member", member.room_id, member.external), None)


def _forget(tx: Transaction) -> None:
    for key in [key for key in tx.memo if isinstance(key, tuple) and key[0] == "member"]:
        del tx.memo[key]
