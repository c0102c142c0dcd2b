"""Which run somebody means, and how it is named."""

from __future__ import annotations

import re
from typing import Any

from handlers import naming, showing
from handlers.kit import Both, Context, Things, Word
from storage import people, places, requests, runs
from storage.requests import Request
from storage.runs import Order

_ZH = re.compile(
    r"(?:去|到|上|逛|路过)(?:一趟|一下|趟)?\s*([\u3400-\u9fffA-Za-z]{2,8}?)(?=[\W_]|谁|有|大家|要|买|$)"
)
_EN = re.compile(
    r"\b(?:to|at|past) ([a-z][a-z' ]{1,22}?)(?=[,.?!;]| at\b| in\b| and\b| around\b|$)",
    re.IGNORECASE,
)


def shop_in(text: str) -> str:
    """The shop named in an announcement, as it was said; empty if none was."""
    found = _ZH.search(text) or _EN.search(text)
    return found[1].strip() if found else ""


def own(ctx: Context, *states: str) -> Request | None:
    """The speaker's own run in these states: the one named, else the newest."""
    mine = [one for one in requests.apart(ctx.tx, "run") if one.requester_id == ctx.who.id]
    number = naming.said(ctx)
    fitting = [one for one in mine if one.state in states and number in {None, one.number}]
    return fitting[-1] if fitting else None


def is_away(ctx: Context) -> bool:
    """Whether the speaker is on a run."""
    return bool(requests.apart(ctx.tx, "run")) and own(ctx, "claimed") is not None


def meant(ctx: Context) -> list[Request]:
    """The runs of others that this may be said to: the one named, those of this group or near."""
    live = [one for one in requests.apart(ctx.tx, "run") if one.requester_id != ctx.who.id]
    number = naming.said(ctx)
    if number is not None:
        return [one for one in live if one.number == number and showing.here(ctx, number)]
    if ctx.in_group and ctx.room is not None:
        return [one for one in live if one.room_id == ctx.room.id]
    home = ctx.who.place_id
    return [one for one in live if places.distance(ctx.tx, one.place_id, home) <= 1]


def named(ctx: Context, run: Request) -> dict[str, Any]:
    """Number, runner and shop: what a group may see."""
    shop = str(run.data.get("shop", ""))
    return {
        "number": run.number,
        "name": showing.name_of(people.get(ctx.tx, run.requester_id)),
        "shop": shop or Word("runs.shopping"),
    }


def goods(order: Order) -> Things:
    """What is wanted, in the listener's language."""
    return Things(tuple(order.items))


def household(ctx: Context, order: Order) -> Both:
    """Building and room of an order; only for the runner."""
    person = people.get(ctx.tx, order.person_id)
    place = showing.place_name(places.get(ctx.tx, person.place_id))
    unit = (f"{person.unit}单元", f" unit {person.unit}") if person.unit else ("", "")
    room = (f"{person.room}室", f" room {person.room}") if person.room else ("", "")
    return Both(place.zh + unit[0] + room[0], (place.en or place.zh) + unit[1] + room[1])


def whose(ctx: Context, run: Request, said: str) -> list[Order]:
    """The orders that `3号楼502`, `502` or a name means."""
    digits = re.findall(r"\d+", said)
    found = []
    for order in runs.orders(ctx.tx, run.number):
        person = people.get(ctx.tx, order.person_id)
        place = places.get(ctx.tx, person.place_id)
        names = {person.name, person.name_en} - {""}
        if any(name.lower() in said.lower() for name in names):
            return [order]
        building = place.number if place else None
        if digits and person.room == digits[-1] and (len(digits) == 1 or building == digits[0]):
            found.append(order)
    return found
