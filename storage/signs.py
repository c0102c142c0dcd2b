"""Passive signs of life: devices that may send them, known by a hashed secret; what they sent."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlmodel import Field, SQLModel

from storage.db import Instant, Transaction, table

KINDS = ("water", "door", "motion", "button")


class Device(SQLModel, table=True):
    """A meter, sensor or button in somebody's home. ``token``: its public name in the address.

    ``closes``: a sign counts as contact. ``expected_by``: the minute of the day by which there is
    one, and ``missing`` what follows if not: ``greet`` the person, or count them ``late``.
    """

    __tablename__ = "device"

    id: int = Field(default=None, primary_key=True)
    token: str = Field(unique=True)
    secret_hash: str
    person_id: int = Field(foreign_key="person.id", index=True)
    kind: str
    closes: bool = False
    expected_by: int | None = None
    missing: str = "greet"
    added_at: datetime = Field(sa_type=Instant)
    removed_at: datetime | None = Field(default=None, sa_type=Instant)


class Sign(SQLModel, table=True):
    """One sign: ``life``, or ``help`` for a cry for it; ``at`` is the device's own time."""

    __tablename__ = "sign"

    id: int = Field(default=None, primary_key=True)
    device_id: int = Field(foreign_key="device.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    at: datetime = Field(sa_type=Instant)
    what: str = "life"


DEVICE, SIGN = table(Device), table(Sign)
_HERE = DEVICE.c.removed_at.is_(None)


def hashed(secret: str) -> str:
    """What is kept of a secret: it is long and of chance, so that one hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def add(tx: Transaction, secret: str, **columns: Any) -> int:
    """A new device; the secret itself is nowhere kept."""
    return tx.insert(DEVICE, {"secret_hash": hashed(secret), "removed_at": None, **columns})


def known(tx: Transaction, token: str, secret: str) -> Device | None:
    """The device of this name, if the secret is its own."""
    found = by_token(tx, token)
    # Compared even where there is none: the time it takes tells nothing.
    kept = found.secret_hash if found else hashed("")
    return found if hmac.compare_digest(kept, hashed(secret)) and secret else None


def by_token(tx: Transaction, token: str) -> Device | None:
    return tx.first(Device, select(DEVICE).where(_HERE, DEVICE.c.token == token))


def get(tx: Transaction, device_id: int) -> Device | None:
    return tx.first(Device, select(DEVICE).where(_HERE, DEVICE.c.id == device_id))


def devices(tx: Transaction, person_id: int | None = None) -> list[Device]:
    """Those in use: all, or a person's."""
    mine = _HERE if person_id is None else _HERE & (DEVICE.c.person_id == person_id)
    return tx.rows(Device, select(DEVICE).where(mine).order_by(DEVICE.c.id))


def remove(tx: Transaction, device_id: int, now: datetime) -> None:
    """It opens nothing any more."""
    tx.run(update(DEVICE).where(DEVICE.c.id == device_id).values(removed_at=now))


def keep(tx: Transaction, device: Device, at: datetime, what: str) -> None:
    tx.put(SIGN, {"device_id": device.id, "person_id": device.person_id, "at": at, "what": what})


def last(tx: Transaction, *, person_id: int | None = None, device_id: int | None = None) -> Any:
    """The newest sign of a person or of a device, with the kind of device; None if there is none.

    A row with ``at``, ``what`` and ``kind``.
    """
    tx.flush(SIGN)
    mine = SIGN.c.person_id == person_id if device_id is None else SIGN.c.device_id == device_id
    chosen = select(SIGN.c.at, SIGN.c.what, DEVICE.c.kind).join(
        DEVICE, DEVICE.c.id == SIGN.c.device_id
    )
    return tx.connection.execute(chosen.where(mine).order_by(SIGN.c.at.desc()).limit(1)).first()


def forget(tx: Transaction, before: datetime) -> int:
    """Delete signs given long ago; how many."""
    tx.flush(SIGN)
    return tx.run(delete(SIGN).where(SIGN.c.at < before)).rowcount


def erase(tx: Transaction, person_id: int) -> None:
    """Nothing of this person: neither signs nor devices."""
    tx.flush(SIGN)
    tx.run(delete(SIGN).where(SIGN.c.person_id == person_id))
    tx.run(delete(DEVICE).where(DEVICE.c.person_id == person_id))
