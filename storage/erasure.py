"""Taking one person out of everything that is remembered, at their wish."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String, cast, delete, literal, select, update

from storage import alerts, claims, coverage, lookins, looks, people, shift_notes, signs, vitals
from storage.broadcasts import STOPPED
from storage.calendars import CALENDAR
from storage.checkins import CHECKIN, CONTACT, PLAN
from storage.checkins import EVENT as CHECKIN_EVENT
from storage.db import Transaction
from storage.forgetting import WORDLESS
from storage.members import MEMBER
from storage.outbox import LETTER
from storage.people import ACCOUNT
from storage.questions import QUESTION
from storage.requests import EVENT, REQUEST
from storage.rooms import ROOM
from storage.runs import ORDER
from storage.talks import TALKER

NOBODY: dict[str, Any] = {
    "key": None,
    "name": "邻居",
    "name_en": "a neighbour",
    "unit": None,
    "floor": None,
    "room": None,
    "phone": None,
    "public_phone": None,
    "birth_year": None,
    "vouched": False,
    "noticed": False,
}
"""What is left of somebody: a number, so that sums and stories of others still hold."""


def erase(tx: Transaction, person_id: int) -> None:
    """Forget who this was, what they said, and how they were; their part in sums stays."""
    tx.flush()
    private = select(ROOM.c.id).where(ROOM.c.person_id == person_id)
    plans = select(PLAN.c.id).where(PLAN.c.person_id == person_id)
    greetings = select(CHECKIN.c.id).where(CHECKIN.c.person_id == person_id)
    own = REQUEST.c.requester_id == person_id
    numbers = select(REQUEST.c.number).where(own)
    tx.run(update(REQUEST).where(own).values(**WORDLESS, items=[], data={}))
    tx.run(update(EVENT).where(EVENT.c.number.in_(numbers)).values(note=None))
    tx.run(update(LETTER).where(LETTER.c.room_id.in_(private)).values(text="", state="stale"))
    tx.run(update(LETTER).where(LETTER.c.about.in_(numbers)).values(text=""))
    tx.run(update(ORDER).where(ORDER.c.person_id == person_id).values(items=[]))
    tx.run(delete(QUESTION).where(QUESTION.c.person_id == person_id))
    tx.run(delete(CALENDAR).where(CALENDAR.c.person_id == person_id))
    vitals.erase(tx, person_id)
    looks.erase(tx, person_id)
    signs.erase(tx, person_id)
    shift_notes.erase(tx, person_id)
    tx.run(delete(CHECKIN_EVENT).where(CHECKIN_EVENT.c.checkin_id.in_(greetings)))
    tx.run(delete(CHECKIN).where(CHECKIN.c.person_id == person_id))
    tx.run(delete(CONTACT).where(CONTACT.c.plan_id.in_(plans)))
    tx.run(delete(CONTACT).where(CONTACT.c.person_id == person_id))
    # The platform's name of their private talk is a name of theirs.
    gone = {"external": literal("gone:").concat(cast(ROOM.c.id, String)), "name": ""}
    tx.run(update(ROOM).where(ROOM.c.person_id == person_id).values(**gone))
    tx.run(delete(ACCOUNT).where(ACCOUNT.c.person_id == person_id))
    tx.run(delete(STOPPED).where(STOPPED.c.person_id == person_id))
    tx.run(delete(MEMBER).where(MEMBER.c.person_id == person_id))
    tx.run(delete(TALKER).where(TALKER.c.person_id == person_id))
    coverage.forget_person(tx, person_id)
    lookins.forget_person(tx, person_id)
    alerts.forget_person(tx, person_id)
    claims.forget_involved(tx, person_id)
    people.change(tx, person_id, **NOBODY)
    tx.memo.clear()
