"""Look-ins: nobody answers the door or the roll-call, and people are asked till somebody goes."""

from __future__ import annotations

from handlers.lookins import answers, ladder, vouching
from handlers.lookins.aiming import aim, at_door
from handlers.lookins.closing import heard, off, seen
from handlers.lookins.ladder import RED, begin
from handlers.lookins.sought import family_of, home, is_named, name_of, phone, resident
from handlers.lookins.trouble import trouble

PARTS = (ladder, answers, vouching)
"""The modules with handlers, for the list of features."""

__all__ = [
    "PARTS",
    "RED",
    "aim",
    "at_door",
    "begin",
    "family_of",
    "heard",
    "home",
    "is_named",
    "name_of",
    "off",
    "phone",
    "resident",
    "seen",
    "trouble",
]
