"""What the bot has asked and not yet been told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, bindparam, delete, select, update
from sqlmodel import Field, SQLModel

from storage.db import Instant, Transaction, table
from storage.prepared import Prepared


class Question(SQLModel, table=True):
    """One open question to one person: ``kind`` picks who reads the answer."""

    __tablename__ = "question"

    id: int = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    room_id: int | None = None
    kind: str
    ref: int = 0
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    asked_at: datetime = Field(sa_type=Instant)
    until: datetime = Field(sa_type=Instant)
    state: str = "open"


QUESTION = table(Question)

_OPEN = Prepared(
    select(QUESTION)
    .where(QUESTION.c.person_id == bindparam("person_id"), QUESTION.c.state == "open")
    .order_by(QUESTION.c.id.desc())
)
_ANSWERED = Prepared(
    update(QUESTION)
    .where(QUESTION.c.id == bindparam("question_id"))
    .values(state=bindparam("to_state"))
)


_THIS = (
    (QUESTION.c.kind == bindparam("about"))
    & (QUESTION.c.ref == bindparam("number"))
    & (QUESTION.c.state == "open")
)
_WHO = Prepared(select(QUESTION.c.person_id).where(_THIS))
_CLOSED = Prepared(update(QUESTION).where(_THIS).values(state="closed"))
_CLOSED_TO = Prepared(
    update(QUESTION)
    .where(_THIS, QUESTION.c.person_id == bindparam("person"))
    .values(state="closed")
)


def ask(
    tx: Transaction,
    person_id: int,
    kind: str,
    *,
    ref: int,
    data: Mapping[str, Any],
    room_id: int | None,
    now: datetime,
    until: datetime,
) -> None:
    """Remember a question; the same question about the same thing is renewed, not doubled."""
    matters = _open_matters(tx).setdefault(person_id, set())
    if (kind, ref) in matters:
        close(tx, person_id, kind, ref)
    matters.add((kind, ref))
    row = {
        "person_id": person_id,
        "room_id": room_id,
        "kind": kind,
        "ref": ref,
        "data": dict(data),
        "asked_at": now,
        "until": until,
        "state": "open",
    }
    tx.put(QUESTION, row)
    tx.memo.pop(("questions", person_id), None)


def open_to(tx: Transaction, person_id: int, now: datetime) -> list[Question]:
    """What this person has been asked and may still answer, newest first."""
    matters, key = _open_matters(tx), ("questions", person_id)
    if not matters.get(person_id):
        return []
    if key not in tx.memo:
        tx.flush(QUESTION)
        found = tx.memo[key] = tx.rows(Question, _OPEN, {"person_id": person_id})
        matters[person_id] = {(one.kind, one.ref) for one in found}
    return [one for one in tx.memo[key] if one.until > now]


def asked(tx: Transaction, kind: str, ref: int) -> list[int]:
    """Who has been asked this and has not answered."""
    tx.flush(QUESTION)
    matching = (QUESTION.c.kind == kind) & (QUESTION.c.ref == ref) & (QUESTION.c.state == "open")
    return tx.values(select(QUESTION.c.person_id).where(matching).order_by(QUESTION.c.id))


def _open_matters(tx: Transaction) -> dict[int, set[tuple[str, int]]]:
    """person id → ``(kind, ref)`` of what they were asked: all that is open, perhaps more."""
    kept: dict[int, set[tuple[str, int]]] | None = tx.memo.get("open matters")
    if kept is None:
        tx.flush(QUESTION)
        kept = tx.memo["open matters"] = {}
        for one in tx.rows(Question, select(QUESTION).where(QUESTION.c.state == "open")):
            kept.setdefault(one.person_id, set()).add((one.kind, one.ref))
    return kept


def answered(tx: Transaction, question: Question, state: str = "answered") -> None:
    tx.run(_ANSWERED, {"question_id": question.id, "to_state": state})
    tx.memo.pop(("questions", question.person_id), None)


def close(tx: Transaction, person_id: int | None, kind: str, ref: int) -> None:
    """Nobody (or this person no longer) needs to answer this."""
    tx.flush(QUESTION)
    this = {"about": kind, "number": ref}
    for asked in set(tx.values(_WHO, this)):
        tx.memo.pop(("questions", asked), None)
    if person_id is None:
        tx.run(_CLOSED, this)
    else:
        tx.run(_CLOSED_TO, {**this, "person": person_id})


def forget(tx: Transaction, now: datetime) -> int:
    """Drop questions that were answered, closed or left too long; how many."""
    tx.flush(QUESTION)
    gone = tx.run(delete(QUESTION).where((QUESTION.c.state != "open") | (QUESTION.c.until < now)))
    for key in [key for key in tx.memo if isinstance(key, tuple) and key[0] == "questions"]:
        del tx.memo[key]
    return gone.rowcount
