"""Corrections in plain words: `是5号楼不是3号楼`, `不是布洛芬,是对乙酰氨基酚`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from handlers import offering, showing
from handlers.kit import Context, Effect, Sorry, sentence
from handlers.recording import known
from storage import claims, places, requests
from storage.requests import Request

RECENT = timedelta(hours=6)
_NOTHING_NEW = {"", "still", "just", "really"}
"""`it is still not fixed` is no correction."""
_BUILDING = re.compile(
    r"(?:building|bldg|block)\s*([0-9]{1,3}|[a-z])|([0-9]{1,3}|[a-z])\s*(?:号楼|栋|幢|座|#)",
    re.IGNORECASE,
)


@sentence("correct", fits=lambda ctx: _last(ctx) is not None)
def correct(ctx: Context) -> Iterator[Effect]:
    """Change what the speaker's last request says; whoever was asked or holds it hears."""
    request = _last(ctx)
    if request is None:
        return
    number, new, old = request.number, ctx.slots["text"], ctx.slots["old"]
    building = _building(new)
    columns = _moved(ctx, request, building) if building else _renamed(request, old, new)
    if not columns:
        return
    requests.amend(ctx.tx, number, ctx.now, **columns)
    requests.tell(ctx.tx, number, ctx.now, "corrected", person_id=ctx.who.id)
    request = known(ctx, number)
    openly = showing.openly(ctx, request)
    yield ctx.reply("requests.corrected", about=number, **openly)
    for holder in claims.holders(ctx.tx, number):
        yield ctx.tell(holder, "requests.corrected", about=number, urgent=True, **openly)
    if "place_id" in columns and request.state in offering.OPEN:
        yield from offering.begin(ctx, request)


def _last(ctx: Context) -> Request | None:
    if ctx.slots["text"].lower() in _NOTHING_NEW:
        return None
    wanted = int(ctx.slots.get("number", ctx.quoted_number or 0))
    mine = requests.of_person(ctx.tx, ctx.who.id)
    own = (one for one in mine if one.requester_id == ctx.who.id)
    recent = (one for one in own if ctx.now - one.made_at < RECENT)
    return next((one for one in recent if wanted in {0, one.number}), None)


def _building(text: str) -> str | None:
    found = _BUILDING.search(text)
    return (found[1] or found[2]).upper() if found else None


def _moved(ctx: Context, request: Request, building: str) -> dict[str, Any]:
    place = places.building(ctx.tx, request.place_id, building)
    if place is None:
        raise Sorry("requests.no_such_building", said=building)
    # The old unit and room belonged to the old building.
    return {"place_id": place.id, "unit": None, "floor": None, "room": None, "spot": None}


def _renamed(request: Request, old: str, new: str) -> dict[str, Any]:
    items = [dict(item) for item in request.items]
    for item in items:
        written = (str(item["text"]).lower(), str(item["name"]).lower())
        was, now = amount(old), amount(new)
        if was is not None and now is not None and was == item["quantity"]:
            item["quantity"] = now
            return {"items": items}
        if any(old in one or one in old for one in written):
            item |= {"text": new, "name": new}
            return {"items": items}
    return {}


_COUNT = re.compile(r"(\d{1,4}|[一二两俩三四五六七八九十])\s*\w{0,6}$")
_DIGITS = {
    "一": 1,
    "二": 2,
    "两": 2,
    "俩": 2,
    **{digit: at for at, digit in enumerate("三四五六七八九十", 3)},
}


def amount(text: str) -> float | None:
    """``两盒`` → 2, ``3 boxes`` → 3; None where it is no amount."""
    found = _COUNT.match(text.strip())
    if found is None:
        return None
    return float(_DIGITS.get(found[1]) or found[1])
