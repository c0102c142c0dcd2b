"""One-time codes: made at the command line, hashed, short-lived, good for binding one group."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import delete, func, or_, select, update
from sqlmodel import Field, SQLModel

from storage.db import Instant, Transaction, table

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""What a code is made of: nothing that is mistaken for something else."""
LENGTH = 10
_SIGN = f"[{LETTERS}{LETTERS.lower()}]"
SHAPE = re.compile(rf"(?<![A-Za-z0-9-]){_SIGN}{{5}}-?{_SIGN}{{5}}(?![A-Za-z0-9-])")


class Code(SQLModel, table=True):
    """A code by its digest. ``person_id``: who uses it is this person, where one was named."""

    __tablename__ = "code"

    id: int = Field(default=None, primary_key=True)
    digest: str = Field(unique=True)
    made_at: datetime = Field(sa_type=Instant)
    until: datetime = Field(sa_type=Instant)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    used_at: datetime | None = Field(default=None, sa_type=Instant)
    used_by: int | None = Field(default=None, foreign_key="person.id")


class WrongCode(SQLModel, table=True):
    """That somebody tried a code that was none."""

    __tablename__ = "wrong_code"

    id: int = Field(default=None, primary_key=True)
    sender: str = Field(index=True)
    """``<gateway>:<their id>``"""
    at: datetime = Field(sa_type=Instant, index=True)


CODE, WRONG_CODE = table(Code), table(WrongCode)


def make(
    tx: Transaction,
    now: datetime,
    until: datetime,
    choice: Callable[[Sequence[str]], str],
    person_id: int | None = None,
) -> str:
    """A new code, in the form in which it is read out; ``choice`` draws one of the letters."""
    drawn = "".join(choice(LETTERS) for _ in range(LENGTH))
    row = {"digest": _digest(drawn), "made_at": now, "until": until, "person_id": person_id}
    tx.insert(CODE, row)
    return f"{drawn[:5]}-{drawn[5:]}"


def good(tx: Transaction, said: str, now: datetime) -> Code | None:
    """The code that was said, if it is one, unused and in time."""
    mine = (CODE.c.digest == _digest(said)) & CODE.c.used_at.is_(None) & (CODE.c.until > now)
    return tx.first(Code, select(CODE).where(mine))


def use(tx: Transaction, code: Code, now: datetime, person_id: int) -> bool:
    """Use it up; False if somebody was faster."""
    still = (CODE.c.id == code.id) & CODE.c.used_at.is_(None)
    done = tx.run(update(CODE).where(still).values(used_at=now, used_by=person_id))
    return done.rowcount == 1


def was_wrong(tx: Transaction, sender: str, now: datetime) -> None:
    """Remember a wrong try."""
    tx.insert(WRONG_CODE, {"sender": sender, "at": now})


def wrong_tries(tx: Transaction, since: datetime, sender: str | None = None) -> int:
    """How many wrong tries there were since: of one sender, or of all."""
    counted = WRONG_CODE.c.at > since
    if sender is not None:
        counted &= WRONG_CODE.c.sender == sender
    return int(
        tx.connection.execute(select(func.count(WRONG_CODE.c.id)).where(counted)).scalar_one()
    )


def forget(tx: Transaction, before: datetime) -> None:
    """Drop codes and wrong tries of long ago."""
    tx.run(delete(CODE).where(or_(CODE.c.until < before, CODE.c.used_at < before)))
    tx.run(delete(WRONG_CODE).where(WRONG_CODE.c.at < before))


def _digest(said: str) -> str:
    plain = "".join(letter for letter in said.upper() if letter in LETTERS)
    return hashlib.sha256(f"bind:{plain}".encode()).hexdigest()
