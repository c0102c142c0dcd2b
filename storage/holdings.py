"""What is held on one person beside who they are, counted by what it is."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, literal, select, union_all

from storage.alerts import AT_RISK, CALL
from storage.boxes import LOT
from storage.calendars import CALENDAR
from storage.checkin_plans import CONTACT, PLAN
from storage.checkins import CHECKIN
from storage.coverage import VISIT
from storage.db import Transaction
from storage.hours import HOUR_ENTRY
from storage.lookins import LOOK_IN
from storage.looks import LOOK
from storage.runs import ORDER
from storage.signs import DEVICE, SIGN
from storage.vitals import VITAL

KINDS: dict[str, ColumnElement[int | None]] = {
    "plans": PLAN.c.person_id,
    "checkins": CHECKIN.c.person_id,
    "cares_for": CONTACT.c.person_id,
    "vitals": VITAL.c.person_id,
    "looks": LOOK.c.person_id,
    "devices": DEVICE.c.person_id,
    "signs": SIGN.c.person_id,
    "visits": VISIT.c.person_id,
    "look_ins": LOOK_IN.c.person_id,
    "risk": AT_RISK.c.person_id,
    "roll_calls": CALL.c.person_id,
    "gifts": LOT.c.donor_id,
    "orders": ORDER.c.person_id,
    "hours": HOUR_ENTRY.c.person_id,
    "calendar": CALENDAR.c.person_id,
}
"""Each kind, and the column that says whose it is."""


def of(tx: Transaction, person_id: int) -> dict[str, int]:
    """How many of each kind, without those of which there is none."""
    tx.flush()
    counts = (
        select(literal(kind), func.count()).where(column == person_id)
        for kind, column in KINDS.items()
    )
    rows = tx.connection.execute(union_all(*counts)).all()
    return {str(kind): int(count) for kind, count in rows if count}
