"""What was given reaches the box: the keeper looks at it, takes it in, or turns it down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from handlers import recording, showing
from handlers.events import Photo
from handlers.kit import Context, Effect, Say, Sorry, Things, ToPerson, answers, sentence
from handlers.medicine import desk, gate, lines, relay
from handlers.medicine.lines import Line
from handlers.medicine.looking import serve_next
from handlers.medicine.picking import today_at
from handlers.pharmacy import rules
from storage import boxes, requests
from storage.boxes import Box
from storage.requests import Request


def _says_arrived(ctx: Context) -> bool:
    said = ctx.reading.refers or ctx.quoted_number
    return ctx.reading.act in {"confirm", "done"} and said in {None, ctx.asked.ref}


@answers("medicine_arrived", _says_arrived)
def arrived(ctx: Context) -> Iterator[Effect]:
    """The keeper has it in hand, as announced or as they say: it lies in the box from now on."""
    number = ctx.asked.ref
    said = re.sub(rf"[#＃]\s*{number}(?!\d)|(?<!\d){number}\s*号(?!楼)", " ", ctx.text)
    yield from _put_in(ctx, number, said)


def _gift_meant(ctx: Context) -> bool:
    """Whether the number is that of a gift for the box; no number at all is answered as well."""
    request = requests.get(ctx.tx, int(ctx.slots["number"]))
    return request is None or (request.kind == "offer" and "box" in request.data)


@sentence("arrived", fits=_gift_meant)
def arrived_by_number(ctx: Context) -> Iterator[Effect]:
    """`#13 已入库`, also with what the package says, or how many there really are."""
    yield from _put_in(ctx, int(ctx.slots["number"]), ctx.slots.get("text", ""))


@sentence("not_taken", fits=_gift_meant)
def not_taken(ctx: Context) -> Iterator[Effect]:
    """The keeper looked at it and will not have it in the box."""
    request = recording.known(ctx, int(ctx.slots["number"]))
    desk.must_keep(ctx, boxes.get(ctx.tx, int(request.data["box"])))
    over: dict[str, Any] = {"outcome": "unable", "closed_at": ctx.now}
    requests.move(ctx.tx, request, "closed", ctx.now, who=ctx.who.id, why="not taken", **over)
    yield relay.settled(ctx, request.number)
    yield ctx.reply("medicine.not_taken", about=request.number, number=request.number)
    values: dict[str, Any] = {"number": request.number, "what": showing.what(request)}
    yield ctx.tell(request.requester_id, "medicine.turned_down", about=request.number, **values)


@sentence("photo", fits=_gift_meant)
def show_photo(ctx: Context) -> Iterator[Effect]:
    """`#13 的照片`: what the giver sent, for the keeper."""
    request = recording.known(ctx, int(ctx.slots["number"]))
    desk.must_keep(ctx, boxes.get(ctx.tx, int(request.data["box"])))
    number = request.number
    photos = tuple(Photo(**one) for one in request.data.get("photos", ()))
    if not photos:
        raise Sorry("medicine.no_photo", number=number)
    values = {"number": number, "what": showing.what(request)}
    to = ToPerson(ctx.who.id)
    yield Say(to, "medicine.photo_of", values, about=number, direct=True, photos=photos)


def _put_in(ctx: Context, number: int, said: str) -> Iterator[Effect]:
    request = recording.known(ctx, number)
    box = boxes.get(ctx.tx, int(request.data["box"]))
    desk.must_keep(ctx, box)
    if request.state == "closed":
        raise Sorry("medicine.in_already", number=number)
    today = date.fromisoformat(today_at(ctx.tx, box.place_id, ctx.now))
    items = _as_came(request.items, said, today)
    _refuse_bad(ctx, request, items, today)
    corrected = _told(items) != _told(request.items)
    requests.amend(ctx.tx, number, ctx.now, items=items)
    for one in items:
        _add(ctx, box, request, one)
    over: dict[str, Any] = {"outcome": "done", "closed_at": ctx.now}
    requests.move(ctx.tx, request, "closed", ctx.now, who=ctx.who.id, why="in the box", **over)
    yield relay.settled(ctx, number)
    values: dict[str, Any] = {"number": number, "what": Things(tuple(items))}
    values["box"] = relay.box_name(box)
    yield ctx.reply("medicine.in", about=number, **values)
    key = "medicine.thanks_counted" if corrected else "medicine.thanks"
    yield Say(ToPerson(request.requester_id), key, values, about=number)
    yield from relay.in_the_box(ctx, request)
    yield from serve_next(ctx, [one["name"] for one in items])


def _told(items: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """What the giver said there was."""
    return [(one["name"], one["quantity"]) for one in items]


def _as_came(items: list[dict[str, Any]], said: str, today: date) -> list[dict[str, Any]]:
    """As announced, but for what the keeper says; things that are named are all that came."""
    one = lines.bare(said, today) if said.strip() else None
    if one is not None:
        if one.quantity is not None and (lines.is_odd(one) or len(items) > 1 or one.quantity < 1):
            raise Sorry("medicine.odd_amount")
        return [_with(item, one) for item in items]
    came = [line for line in lines.parse(said, today) if rules.known(line.text)]
    if any(lines.is_odd(line) or line.quantity == 0 for line in came):
        raise Sorry("medicine.odd_amount")
    by_name = {str(item["name"]): item for item in items}
    return [_with(by_name.get(line.name) or _new(line), line) for line in came] or [
        _with(item, None) for item in items
    ]


def _with(item: dict[str, Any], line: Line | None) -> dict[str, Any]:
    """An announced thing with what the keeper read or counted."""
    if line is None:
        return dict(item)
    expiry = line.expiry.isoformat() if line.expiry else item.get("expiry")
    unit = rules.unit_of(line.unit) if line.unit else item["unit"]
    quantity = item["quantity"] if line.quantity is None else line.quantity
    batch = line.batch or item.get("batch")
    return {**item, "expiry": expiry, "unit": unit, "quantity": quantity, "batch": batch}


def _new(line: Line) -> dict[str, Any]:
    """Something that nobody had announced."""
    return {
        "name": line.name,
        "text": line.text,
        "quantity": 1,
        "unit": desk.unit(line),
        "form": "child" if rules.is_child_form(line.text) else "adult",
        "goods": rules.is_goods(line.text),
        "expiry": None,
    }


def _refuse_bad(ctx: Context, request: Request, items: list[dict[str, Any]], today: date) -> None:
    """The gate, once more: the keeper may have read another name, date or batch."""
    number = request.number
    for one in items:
        if (why := gate.barred(str(one["text"] or one["name"]))) is not None:
            raise Sorry(f"medicine.refuse_{why}", what=Things((one,)))
        if (bad := gate.recalled(ctx.tx, str(one["name"]), one.get("batch"))) is not None:
            raise Sorry(f"medicine.gift_{bad}", number=number, what=Things((one,)))
    if any(not one["goods"] and not one["expiry"] for one in items):
        raise Sorry("medicine.needs_expiry", number=number)
    policy = ctx.rules(request)
    if gate.too_old([one["expiry"] for one in items], today, policy) is not None:
        months = policy.medicine.min_months_left
        raise Sorry("medicine.keeper_too_old", number=number, months=months)


def _add(ctx: Context, box: Box, request: Request, one: dict[str, Any]) -> None:
    boxes.add_lot(
        ctx.tx,
        ctx.now,
        box_id=box.id,
        item=one["name"],
        text=one["text"],
        unit=one["unit"],
        expiry=one["expiry"],
        form=one["form"],
        batch=one.get("batch"),
        donor_id=request.requester_id,
        quantity=one["quantity"],
        person_id=ctx.who.id,
        number=request.number,
        mid=desk.mid(ctx),
    )
