"""Leaving a matter that one had joined: it goes on for the others."""

from __future__ import annotations

from sqlalchemy import delete

from storage.db import Transaction
from storage.matters import FOLLOWER


def leave(tx: Transaction, number: int, person_id: int) -> None:
    """This person no longer hears how it goes on."""
    tx.run(delete(FOLLOWER).where(FOLLOWER.c.number == number, FOLLOWER.c.person_id == person_id))
    tx.memo.pop(("involved", person_id), None)
