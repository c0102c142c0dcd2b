"""The medicine box: looked into before neighbours are asked, filled by gifts, kept by a keeper."""

from __future__ import annotations

from handlers.medicine.arriving import arrived, arrived_by_number, not_taken, show_photo
from handlers.medicine.auditing import ledger
from handlers.medicine.counting import count, count_confirmed, counted_when_asked
from handlers.medicine.expiring import ask_for_count, watch_expiry
from handlers.medicine.given import is_donation
from handlers.medicine.giving import donate, photo_sent, told_expiry
from handlers.medicine.handing import (
    again,
    delivered,
    fetch,
    freed,
    handed,
    handed_by_code,
    hold_over,
    is_held,
)
from handlers.medicine.keeping import dispose, stock_in, thrown_away, undo
from handlers.medicine.looking import Looked, doctor_silent, look
from handlers.medicine.picking import Held
from handlers.medicine.recalling import lift, recall, recall_told
from handlers.medicine.refusing import never_a_dose, say_where_instead
from handlers.medicine.relay import gift_due, to_fetch
from handlers.medicine.stocked import is_there, listing, what_is_there

ASKED = {
    "medicine_expiry": "expiry",
    "medicine_photo": "expiry",
    "medicine_arrived": "yes_no",
    "medicine_count": "yes_no",
    "medicine_stocktake": "what",
    "medicine_expired": "yes_no",
    "medicine_recall": "yes_no",
}

__all__ = [
    "ASKED",
    "Held",
    "Looked",
    "again",
    "arrived",
    "arrived_by_number",
    "ask_for_count",
    "count",
    "count_confirmed",
    "counted_when_asked",
    "delivered",
    "dispose",
    "doctor_silent",
    "donate",
    "fetch",
    "freed",
    "gift_due",
    "handed",
    "handed_by_code",
    "hold_over",
    "is_donation",
    "is_held",
    "is_there",
    "ledger",
    "lift",
    "listing",
    "look",
    "never_a_dose",
    "not_taken",
    "photo_sent",
    "recall",
    "recall_told",
    "say_where_instead",
    "show_photo",
    "stock_in",
    "thrown_away",
    "to_fetch",
    "told_expiry",
    "undo",
    "watch_expiry",
    "what_is_there",
]
