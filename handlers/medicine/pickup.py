"""The code that whoever fetches from a box is given: the keeper says it, or the number."""

from __future__ import annotations

import hashlib
import re

from handlers.kit import Context
from handlers.medicine import desk
from storage import boxes, holds, requests
from storage.requests import Request

DIGITS = 4
_NAMED = re.compile(r"码|\bcode\b", re.IGNORECASE)


def code_of(request: Request) -> str:
    """Four digits that only those who are told them know; the same for as long as it is held."""
    told = f"{request.number} {request.mid} {request.made_at.isoformat()}"
    drawn = int.from_bytes(hashlib.sha256(told.encode()).digest()[:8], "big")
    return f"{drawn % 10**DIGITS:0{DIGITS}}"


def named(ctx: Context) -> bool:
    """Whether a keeper says a code: one that something is held by, or any that is called so."""
    said = ctx.slots["count"]
    if not (said.isdecimal() and len(said) == DIGITS and desk.own_boxes(ctx)):
        return False
    return _NAMED.search(ctx.text) is not None or found(ctx) is not None


def found(ctx: Context) -> Request | None:
    """What is held in the speaker's boxes by this code; None where that is not one request."""
    own = [box.id for box in desk.own_boxes(ctx)]
    waiting = {
        one.number
        for lot in boxes.stock(ctx.tx, own)
        if lot.reserved
        for one in holds.held_of(ctx.tx, lot.lot_id)
    }
    known = [one for number in sorted(waiting) if (one := requests.get(ctx.tx, number))]
    fitting = [one for one in known if code_of(one) == ctx.slots["count"]]
    return fitting[0] if len(fitting) == 1 else None
