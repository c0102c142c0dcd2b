"""Orders to a run: added, changed and taken back in plain words, in the group or privately."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from handlers import requests as making
from handlers import showing
from handlers.kit import Ask, Context, Effect, Lines, Things, Word, answers, overhears
from handlers.naming import said as said_number
from handlers.naming import spoken_number
from handlers.reading import Reading, from_json
from handlers.recording import place_of
from handlers.runs import trips
from storage import requests, runs
from storage.requests import Request
from storage.runs import Order

ASKED = {"for_run": "yes_no"}
_NOT = re.compile(
    r"不要|不用|别(?:带|买)|取消|去掉|不带|\b(?:no|cancel|without|don'?t|drop|not need)\b",
    re.IGNORECASE,
)
_MORE = re.compile(r"再|加|还要|另外|\b(?:more|another|also|add|plus)\b", re.IGNORECASE)
_WANTS = re.compile(
    r"^(?:我也?|也|帮我|请|麻烦|给我|那|@\S+|#\d+|[\s,，])*(?:要|带|捎|买|来|加|再)|"
    r"\b(?:for me|please|get me|bring me|i'?d like)\b",
    re.IGNORECASE,
)
_ACTS = frozenset({"need", "chat", "cancel", "confirm", "release", "claim"})


def _about_a_run(ctx: Context) -> bool:
    """Whether a neighbour's run may be meant: one is on, here or near."""
    return bool(requests.apart(ctx.tx, "run")) and bool(trips.meant(ctx))


def _is_order(ctx: Context) -> bool:
    """Whether this names goods for a run, or takes an order back."""
    found, reading = trips.meant(ctx), ctx.reading
    if reading.act not in _ACTS:
        return False
    if _ordered(ctx, found) is not None and _NOT.search(ctx.text):
        return bool(reading.items) or reading.act == "cancel"
    if not reading.items or reading.category not in {"supplies", "medicine", "other", None}:
        return False
    going = [one for one in found if one.state == "open"]
    plainly = reading.act == "need" or _WANTS.search(ctx.text) is not None
    counted = len(ctx.text) <= 40 and all(one.quantity for one in reading.items)
    if said_number(ctx) is not None or (ctx.in_group and going):
        return plainly or counted
    # Not said to the run: only a plea that could be one.
    recently = any(ctx.now - one.changed_at <= ctx.rules(one).runs.late for one in found)
    return reading.act == "need" and plainly and (bool(going) or (ctx.in_group and recently))


@overhears("what", _about_a_run, _is_order)
def order(ctx: Context) -> Iterator[Effect]:
    """`帮我带两盒牛奶`: an order to the run that is on; asked where that is not clear."""
    found = trips.meant(ctx)
    ordered = _ordered(ctx, found)
    going = [one for one in found if one.state == "open"]
    if not going:
        yield _too_late(ctx, found[-1])
        return
    if ordered is not None and _NOT.search(ctx.text):
        yield from _take_back(ctx, ordered)
        return
    if _is_unclear(ctx, going):
        yield _ask_which(ctx, going)
        return
    yield from _add(ctx, going[0], ctx.reading, ctx.text)


def _ordered(ctx: Context, found: list[Request]) -> Order | None:
    """What the speaker has ordered from one of these."""
    mine = (runs.order_of(ctx.tx, run.number, ctx.who.id) for run in found)
    return next(filter(None, mine), None)


def _is_unclear(ctx: Context, going: list[Request]) -> bool:
    """Several runs, something for the medicine box or in a hurry, or said to nobody."""
    if len(going) > 1:
        return True
    pressing = ctx.reading.category == "medicine" or ctx.reading.urgency == "urgent"
    unsaid = said_number(ctx) is None and not ctx.in_group
    known = runs.order_of(ctx.tx, going[0].number, ctx.who.id) is not None
    return (pressing and said_number(ctx) is None) or (unsaid and not known)


def _ask_which(ctx: Context, going: list[Request]) -> Ask:
    """One question: this run, which of them, or a request of its own?"""
    values: dict[str, Any] = {"goods": Things(tuple(showing.columns(ctx.reading)["items"]))}
    key = "runs.this_one"
    if len(going) > 1:
        key = "runs.which"
        values["lines"] = Lines(tuple(Word("runs.line", trips.named(ctx, one)) for one in going))
    return Ask(
        ctx.here(),
        key,
        {**trips.named(ctx, going[0]), **values},
        about=going[0].number if len(going) == 1 else None,
        direct=True,
        person_id=ctx.who.id,
        question="for_run",
        data={
            "runs": [one.number for one in going],
            "reading": ctx.reading.as_json(),
            "text": ctx.text,
        },
        wait=ctx.rules(going[0]).runs.gathers,
    )


def _too_late(ctx: Context, run: Request) -> Ask:
    """It has left: kindly, and whether a request is to be made of it."""
    items = Things(tuple(showing.columns(ctx.reading)["items"]))
    return Ask(
        ctx.here(),
        "runs.too_late",
        {**trips.named(ctx, run), "goods": items},
        direct=True,
        person_id=ctx.who.id,
        question="for_run",
        data={"runs": [], "reading": ctx.reading.as_json(), "text": ctx.text},
        wait=ctx.policy.runs.late,
    )


@answers(
    "for_run",
    lambda ctx: ctx.reading.act in {"confirm", "cancel"} or spoken_number(ctx) is not None,
)
def which(ctx: Context) -> Iterator[Effect]:
    """Yes or the number: an order; no: a request of its own. Asked too late, yes makes one."""
    data, number = ctx.asked.data, spoken_number(ctx)
    reading, text = from_json(data["reading"]), str(data["text"])
    yes = ctx.reading.act == "confirm"
    numbers: list[int] = data["runs"]
    chosen = number if number in numbers else numbers[0] if yes and len(numbers) == 1 else None
    run = requests.get(ctx.tx, chosen) if chosen is not None else None
    if run is not None and run.state == "open":
        yield from _add(ctx, run, reading, text)
        return
    place = place_of(ctx, reading)
    if yes == bool(numbers) or place is None:
        yield ctx.reply("requests.never_mind")
        return
    yield from making.make(ctx, reading.but(act="need"), text, place)


def _add(ctx: Context, run: Request, reading: Reading, text: str) -> Iterator[Effect]:
    """Goods of the same name are counted anew, or added where more was said."""
    before = runs.order_of(ctx.tx, run.number, ctx.who.id)
    kept = {one["name"]: one for one in (before.items if before else [])}
    for item in showing.columns(reading)["items"]:
        old = kept.get(item["name"], {})
        more = old.get("quantity") if _MORE.search(text) else None
        kept[item["name"]] = {**item, "quantity": (more or 0) + (item["quantity"] or 0) or None}
    runs.put(ctx.tx, run.number, ctx.who.id, list(kept.values()), ctx.now)
    values = {**trips.named(ctx, run), "goods": Things(tuple(kept.values()))}
    yield ctx.reply("runs.ordered", about=run.number, **values)


def _take_back(ctx: Context, ordered: Order) -> Iterator[Effect]:
    """Some of it, or all."""
    gone = {item.name for item in ctx.reading.items}
    left = [one for one in ordered.items if gone and one["name"] not in gone]
    runs.put(ctx.tx, ordered.number, ctx.who.id, left, ctx.now)
    key = "runs.ordered" if left else "runs.cancelled"
    run = requests.get(ctx.tx, ordered.number)
    if run is not None:
        values = {**trips.named(ctx, run), "goods": Things(tuple(left))}
        yield ctx.reply(key, about=run.number, **values)
