"""What is private in requests and their stories, forgotten when its time has come."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import update

from storage.db import Transaction
from storage.matters import EVENT, REQUEST

WORDLESS: dict[str, Any] = {
    "text": "",
    "room": None,
    "phone": [],
    "spot": None,
    "for_text": None,
    "for_kind": None,
    "for_age": None,
}
"""A request without what was private in it."""


def forget(tx: Transaction, before: datetime) -> int:
    """Blank the private words of requests closed long ago; how many."""
    old = (REQUEST.c.state == "closed") & (REQUEST.c.closed_at < before) & (REQUEST.c.text != "")
    notes = (REQUEST.c.kind == "consult") & old
    tx.run(update(REQUEST).where(notes).values(data={}))
    return tx.run(update(REQUEST).where(old).values(**WORDLESS)).rowcount


def forget_names(tx: Transaction, before: datetime) -> int:
    """Take the names out of old stories; how many steps lost theirs."""
    old = (EVENT.c.at < before) & EVENT.c.person_id.is_not(None)
    return tx.run(update(EVENT).where(old).values(person_id=None)).rowcount
