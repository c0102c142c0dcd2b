"""What was given reaches the box: the keeper looks at it, takes it in, or turns it down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from handlers import recording, showing
from handlers.kit import Both, Context, Effect, Say, Sorry, ToPerson, answers, sentence
from handlers.medicine import desk, lines
from handlers.medicine.giving import too_old
from handlers.medicine.looking import serve_next
from handlers.medicine.picking import today_at
from storage import boxes, questions, requests


def _says_arrived(ctx: Context) -> bool:
    said = ctx.reading.refers or ctx.quoted_number
    return ctx.reading.act in {"confirm", "done"} and said in {None, ctx.asked.ref}


@answers("medicine_arrived", _says_arrived)
def arrived(ctx: Context) -> Iterator[Effect]:
    """The keeper has it in hand: it lies in the box from now on."""
    yield from _put_in(ctx, ctx.asked.ref, said="")


def _gift_meant(ctx: Context) -> bool:
    """Whether the number is that of a gift for the box; no number at all is answered as well."""
    request = requests.get(ctx.tx, int(ctx.slots["number"]))
    return request is None or (request.kind == "offer" and "box" in request.data)


@sentence("arrived", fits=_gift_meant)
def arrived_by_number(ctx: Context) -> Iterator[Effect]:
    """`#13 已入库`, also with the date read from the package."""
    yield from _put_in(ctx, int(ctx.slots["number"]), said=ctx.slots.get("text", ""))


@sentence("not_taken", fits=_gift_meant)
def not_taken(ctx: Context) -> Iterator[Effect]:
    """The keeper looked at it and will not have it in the box."""
    request = recording.known(ctx, int(ctx.slots["number"]))
    desk.must_keep(ctx, boxes.get(ctx.tx, int(request.data["box"])))
    over: dict[str, Any] = {"outcome": "unable", "closed_at": ctx.now}
    requests.move(ctx.tx, request, "closed", ctx.now, who=ctx.who.id, why="not taken", **over)
    questions.close(ctx.tx, None, "medicine_arrived", request.number)
    yield ctx.reply("medicine.not_taken", about=request.number, number=request.number)
    values: dict[str, Any] = {"number": request.number, "what": showing.what(request)}
    yield ctx.tell(request.requester_id, "medicine.turned_down", about=request.number, **values)


def _put_in(ctx: Context, number: int, said: str) -> Iterator[Effect]:
    request = recording.known(ctx, number)
    box = boxes.get(ctx.tx, int(request.data["box"]))
    desk.must_keep(ctx, box)
    if request.state == "closed":
        raise Sorry("medicine.in_already", number=number)
    today = date.fromisoformat(today_at(ctx.tx, box.place_id, ctx.now))
    day = lines.last_day(said, today)
    items = [
        {**one, "expiry": one["expiry"] or (day.isoformat() if day else None)}
        for one in request.items
    ]
    requests.amend(ctx.tx, number, ctx.now, items=items)
    request = recording.known(ctx, number)
    if any(not one["goods"] and not one["expiry"] for one in items):
        raise Sorry("medicine.needs_expiry", number=number)
    why = too_old([one["expiry"] for one in items], today, ctx.policy)
    if why is not None:
        raise Sorry(
            "medicine.keeper_too_old", number=number, months=ctx.policy.medicine.min_months_left
        )
    for one in items:
        boxes.add_lot(
            ctx.tx,
            ctx.now,
            box_id=box.id,
            item=one["name"],
            text=one["text"],
            unit=one["unit"],
            expiry=one["expiry"],
            form=one["form"],
            donor_id=request.requester_id,
            quantity=one["quantity"],
            person_id=ctx.who.id,
            number=number,
        )
    over: dict[str, Any] = {"outcome": "done", "closed_at": ctx.now}
    requests.move(ctx.tx, request, "closed", ctx.now, who=ctx.who.id, why="in the box", **over)
    questions.close(ctx.tx, None, "medicine_arrived", number)
    questions.close(ctx.tx, None, "medicine_expiry", number)
    name, what = Both(box.name, box.name_en), showing.what(request)
    yield ctx.reply("medicine.in", about=number, number=number, what=what, box=name)
    yield Say(
        ToPerson(request.requester_id),
        "medicine.thanks",
        {"number": number, "what": what, "box": name},
        about=number,
    )
    yield from serve_next(ctx, [one["name"] for one in items])
