"""Consultations: a resident, a doctor and the grid worker talk among themselves."""

from __future__ import annotations

from handlers.consults import holding, notes, seeking
from handlers.consults.holding import call_off, take
from handlers.consults.seeking import own

PARTS = (seeking, holding, notes)
"""The modules with handlers, for the list of features."""

__all__ = ["PARTS", "call_off", "own", "take"]
