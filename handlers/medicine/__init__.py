"""The medicine box: looked into before neighbours are asked, filled by gifts, kept by a keeper."""

from __future__ import annotations

from handlers.medicine.arriving import arrived, arrived_by_number, not_taken
from handlers.medicine.expiring import ask_for_count, watch_expiry
from handlers.medicine.giving import donate, is_donation, told_expiry
from handlers.medicine.handing import again, delivered, fetch, freed, handed, hold_over, is_held
from handlers.medicine.keeping import count, count_confirmed, dispose, stock_in, undo
from handlers.medicine.looking import Looked, doctor_silent, look
from handlers.medicine.picking import Held
from handlers.medicine.recalling import recall, recall_told
from handlers.medicine.refusing import say_where_instead
from handlers.medicine.stocked import is_there, listing, what_is_there

ASKED = {
    "medicine_expiry": "expiry",
    "medicine_arrived": "yes_no",
    "medicine_count": "yes_no",
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
    "delivered",
    "dispose",
    "doctor_silent",
    "donate",
    "fetch",
    "freed",
    "handed",
    "hold_over",
    "is_donation",
    "is_held",
    "is_there",
    "listing",
    "look",
    "not_taken",
    "recall",
    "recall_told",
    "say_where_instead",
    "stock_in",
    "told_expiry",
    "undo",
    "watch_expiry",
    "what_is_there",
]
