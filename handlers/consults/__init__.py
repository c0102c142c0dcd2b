"""Consultations: a resident, a doctor and the grid worker talk among themselves."""

from __future__ import annotations

from handlers.consults import holding, notes, passing, seeking
from handlers.consults.holding import call_off, take
from handlers.consults.passing import doctor_gone, hand_on, turn_ends
from handlers.consults.seeking import own

PARTS = (seeking, holding, passing, notes)
"""The modules with handlers, for the list of features."""

__all__ = ["PARTS", "call_off", "doctor_gone", "hand_on", "own", "take", "turn_ends"]
