"""Medicine given to the box: the gate, the one question, and the keeper who confirms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Any

from handlers import recording, showing
from handlers.kit import Ask, Context, Effect, Say, Sorry, Things, ToPerson, Word, answers
from handlers.medicine import lines, relay
from handlers.medicine.gate import too_old
from handlers.medicine.given import Gift, barred, gift_of, given, named
from handlers.medicine.picking import keeper_of, today_at
from handlers.pharmacy import rules
from storage import boxes, people, requests
from storage.boxes import Box
from storage.requests import Request


def donate(ctx: Context) -> Iterator[Effect]:
    """Something for the box: refused with a reason and a way, or numbered and expected there."""
    place = recording.place_of(ctx, ctx.reading)
    near = boxes.near(ctx.tx, place.id) if place else []
    if place is None or not near:
        raise Sorry("medicine.no_box")
    today = date.fromisoformat(today_at(ctx.tx, place.id, ctx.now))
    gifts = [gift_of(item, ctx, today) for item in given(ctx.reading.items)]
    why = barred(ctx.text, gifts) or too_old(
        [one.expiry for one in gifts], today, ctx.policy_at(place.id)
    )
    if why is not None:
        months = ctx.policy_at(place.id).medicine.min_months_left
        yield ctx.reply(f"medicine.refuse_{why}", what=named(gifts), months=months)
        return
    request = recording.record(ctx, ctx.reading, ctx.text, place, kind="offer")
    data = {**request.data, "box": near[0].id}
    requests.amend(
        ctx.tx, request.number, ctx.now, items=[one.as_item() for one in gifts], data=data
    )
    requests.move(ctx.tx, request, "waiting", ctx.now, who=ctx.who.id, why="for the box")
    yield from _go_on(ctx, request.number)


def _go_on(ctx: Context, number: int) -> Iterator[Effect]:
    """Ask for what is missing, or check the dates and expect it at the box."""
    request = recording.known(ctx, number)
    if _nameless(request) or any(not one["goods"] and not one["expiry"] for one in request.items):
        key = "medicine.which_gift" if _nameless(request) else "medicine.which_expiry"
        yield _question(ctx, request, key, "medicine_expiry", showing.openly(ctx, request))
        return
    today = date.fromisoformat(today_at(ctx.tx, request.place_id, ctx.now))
    why = too_old([one["expiry"] for one in request.items], today, ctx.rules(request))
    if why is not None:
        yield from _refuse(ctx, request, why)
        return
    yield from _expect(ctx, request)


def _nameless(request: Request) -> bool:
    return any(
        not one["goods"] and rules.known(one["text"], one["name"]) is None for one in request.items
    )


def _question(ctx: Context, request: Request, key: str, kind: str, values: dict[str, Any]) -> Ask:
    return Ask(
        ctx.here(),
        key,
        values,
        about=request.number,
        direct=True,
        person_id=ctx.who.id,
        question=kind,
        ref=request.number,
    )


def _refuse(ctx: Context, request: Request, why: str) -> Iterator[Effect]:
    over: dict[str, Any] = {"outcome": "unable", "closed_at": ctx.now}
    requests.move(ctx.tx, request, "closed", ctx.now, who=None, why=f"refused: {why}", **over)
    yield relay.settled(ctx, request.number)
    months = ctx.rules(request).medicine.min_months_left
    key = f"medicine.refuse_{why}"
    yield ctx.reply(key, about=request.number, what=showing.what(request), months=months)


def _expect(ctx: Context, request: Request) -> Iterator[Effect]:
    """The giver hears where to put it, the keeper what to look for."""
    need, box = relay.waits_for(ctx, request)
    values: dict[str, Any] = {
        "number": request.number,
        "what": showing.what(request),
        "box": relay.box_name(box),
        "where": relay.where(box),
        "wanted": Word("medicine.wanted", {"number": need.number}) if need else "",
    }
    seen = all(one["goods"] for one in request.items) or request.data.get("photos")
    if seen:
        yield ctx.reply("medicine.welcome", about=request.number, **values)
    else:
        yield _question(ctx, request, "medicine.welcome_photo", "medicine_photo", values)
    yield from relay.promised(ctx, request, need, box)
    yield from _ask_keeper(ctx, request, box)


def _ask_keeper(ctx: Context, request: Request, box: Box) -> Iterator[Effect]:
    keeper = keeper_of(ctx.tx, box)
    if keeper is None:
        return
    giver = people.get(ctx.tx, request.requester_id)
    yield Ask(
        ToPerson(keeper),
        "medicine.expect",
        {
            "number": request.number,
            "name": showing.name_of(giver),
            "things": [_line(one) for one in request.items],
            "box": relay.box_name(box),
        },
        about=request.number,
        photos=ctx.message.photos if ctx.message else (),
        person_id=keeper,
        question="medicine_arrived",
        ref=request.number,
    )


def _line(item: dict[str, Any]) -> Word:
    what = Things((item,))
    if not item.get("expiry"):
        return Word("medicine.line_undated", {"what": what})
    return Word("medicine.line", {"what": what, "expiry": item["expiry"]})


def _has_photo(ctx: Context) -> bool:
    return bool(ctx.message and ctx.message.photos)


def _tells_missing(ctx: Context) -> bool:
    """The name or the date that was asked for, or that there is none to be had."""
    if _has_photo(ctx) or rules.is_opened(ctx.text) or rules.has("cannot_say", ctx.text):
        return True
    request = requests.get(ctx.tx, ctx.asked.ref)
    says = request is not None and _nameless(request) and bool(rules.names_in(ctx.text))
    return says or lines.last_day(ctx.text, ctx.now.date()) is not None


@answers("medicine_expiry", _tells_missing)
def told_expiry(ctx: Context) -> Iterator[Effect]:
    """What was missing of a gift: in words, or on a photo that the keeper reads."""
    request = recording.known(ctx, ctx.asked.ref)
    if request.state != "waiting":
        return
    today = date.fromisoformat(today_at(ctx.tx, request.place_id, ctx.now))
    day = lines.last_day(ctx.text, today)
    said = rules.names_in(ctx.text) if _nameless(request) else []
    items = [dict(one) for one in request.items]
    for one in items:
        if day is not None and not one["expiry"]:
            one["expiry"] = day.isoformat()
        if rules.known(one["text"], one["name"]) is None and said:
            form = "child" if said[0].child else one["form"]
            one |= {"text": said[0].word, "name": said[0].rule.name, "form": form}
            one["goods"] = said[0].rule.kind == "goods"
    requests.amend(ctx.tx, request.number, ctx.now, items=items, data=_with_photos(ctx, request))
    request = recording.known(ctx, request.number)
    gifts = [Gift(**{name: one[name] for name in Gift.__dataclass_fields__}) for one in items]
    why = barred(ctx.text, gifts)
    if why is not None:
        yield from _refuse(ctx, request, why)
    elif day is None and _has_photo(ctx):
        yield ctx.reply("medicine.photo_passed", about=request.number, number=request.number)
        need, box = relay.waits_for(ctx, request)
        yield from relay.promised(ctx, request, need, box)
        yield from _ask_keeper(ctx, request, box)
    elif day is None and not said:
        yield from _refuse(ctx, request, "undated")
    else:
        yield from _go_on(ctx, request.number)


def _with_photos(ctx: Context, request: Request) -> dict[str, Any]:
    """What is kept of a gift, with the pictures just sent: the keeper may look again."""
    new = [asdict(photo) for photo in ctx.message.photos] if ctx.message else []
    if not new:
        return request.data
    return {**request.data, "photos": [*request.data.get("photos", []), *new]}


@answers("medicine_photo", _has_photo)
def photo_sent(ctx: Context) -> Iterator[Effect]:
    """The side with the date, sent after all: kept, and shown to the keeper."""
    request = recording.known(ctx, ctx.asked.ref)
    if request.state != "waiting":
        return
    requests.amend(ctx.tx, request.number, ctx.now, data=_with_photos(ctx, request))
    keeper = keeper_of(ctx.tx, boxes.get(ctx.tx, int(request.data["box"])))
    number = request.number
    yield ctx.reply("medicine.photo_passed", about=number, number=number)
    if keeper is not None and ctx.message is not None:
        values = {"number": number, "what": showing.what(request)}
        photos = ctx.message.photos
        yield Say(ToPerson(keeper), "medicine.photo_of", values, about=number, photos=photos)
