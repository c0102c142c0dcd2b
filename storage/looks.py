"""Who looked at whose readings, the keys to the pages that show them, and the pictures drawn."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlmodel import Field, SQLModel

from storage.db import Instant, Transaction, table


class LookKey(SQLModel, table=True):
    """Whoever has this token reads one person's page until it expires, as ``viewer_id``."""

    __tablename__ = "look_key"

    token: str = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    viewer_id: int = Field(foreign_key="person.id", index=True)
    until: datetime = Field(sa_type=Instant)


class Look(SQLModel, table=True):
    """Somebody saw the readings of a person; ``how``: ``picture`` or ``page``."""

    __tablename__ = "look"

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    viewer_id: int | None = Field(default=None, foreign_key="person.id")
    at: datetime = Field(sa_type=Instant)
    how: str


class Drawn(SQLModel, table=True):
    """A picture of somebody's readings that lies in the media folder."""

    __tablename__ = "drawn"

    digest: str = Field(primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    made_at: datetime = Field(sa_type=Instant)


KEY, LOOK, DRAWN = table(LookKey), table(Look), table(Drawn)


def give(tx: Transaction, token: str, person_id: int, viewer_id: int, until: datetime) -> None:
    """From now on this token, and no earlier one of the viewer's, opens the person's page."""
    earlier = (KEY.c.person_id == person_id) & (KEY.c.viewer_id == viewer_id)
    tx.run(delete(KEY).where(earlier))
    row = {"token": token, "person_id": person_id, "viewer_id": viewer_id, "until": until}
    tx.run(KEY.insert(), row)


def key(tx: Transaction, token: str, now: datetime) -> LookKey | None:
    """What the token opens, if it still does."""
    mine = (KEY.c.token == token) & (KEY.c.until > now)
    return tx.first(LookKey, select(KEY).where(mine))


def seen(tx: Transaction, person_id: int, viewer_id: int, now: datetime, how: str) -> None:
    """Log a look."""
    tx.put(LOOK, {"person_id": person_id, "viewer_id": viewer_id, "at": now, "how": how})


def of_person(tx: Transaction, person_id: int) -> list[Look]:
    """Who looked, newest first."""
    tx.flush(LOOK)
    chosen = select(LOOK).where(LOOK.c.person_id == person_id)
    return tx.rows(Look, chosen.order_by(LOOK.c.at.desc(), LOOK.c.id.desc()))


def drew(tx: Transaction, digest: str, person_id: int, now: datetime) -> None:
    """Remember a picture, so that it can be thrown away; the same one drawn again is younger."""
    tx.run(delete(DRAWN).where(DRAWN.c.digest == digest))
    tx.run(DRAWN.insert(), {"digest": digest, "person_id": person_id, "made_at": now})


def take_pictures(
    tx: Transaction, *, before: datetime | None = None, person_id: int | None = None
) -> list[str]:
    """Forget pictures drawn long ago, or all of one person; their digests."""
    old = DRAWN.c.person_id == person_id if before is None else DRAWN.c.made_at < before
    found = [str(one) for one in tx.values(select(DRAWN.c.digest).where(old))]
    tx.run(delete(DRAWN).where(old))
    return found


def forget(tx: Transaction, now: datetime, names_before: datetime) -> None:
    """Drop keys that open nothing any more, and the names in old looks."""
    tx.flush(LOOK)
    tx.run(delete(KEY).where(KEY.c.until <= now))
    tx.run(delete(LOOK).where(LOOK.c.at < names_before))


def erase(tx: Transaction, person_id: int) -> None:
    """Nothing of this person: not who saw them, and not whom they saw."""
    tx.flush(LOOK)
    tx.run(delete(KEY).where((KEY.c.person_id == person_id) | (KEY.c.viewer_id == person_id)))
    tx.run(delete(LOOK).where(LOOK.c.person_id == person_id))
    tx.run(update(LOOK).where(LOOK.c.viewer_id == person_id).values(viewer_id=None))
    tx.run(delete(DRAWN).where(DRAWN.c.person_id == person_id))
