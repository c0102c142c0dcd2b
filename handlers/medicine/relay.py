"""The relay between the plea and the door: what a giver brings for it, and who carries it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from handlers import showing
from handlers.kit import Both, Context, Effect, Later, Never, Word, rings
from handlers.medicine import caution, looking
from handlers.medicine.picking import Held, held_now, keeper_of, next_in_line, things
from handlers.medicine.pickup import code_of
from handlers.pharmacy import rules
from storage import boxes, claims, holds, people, questions, requests
from storage.boxes import Box
from storage.requests import Request

REMIND = timedelta(days=1)
"""After so long somebody who brings something that nobody waits for is reminded, once."""
OVER = timedelta(days=7)
"""After so long what never came is not expected any more."""


WAITING = ("open", "reopened", "claimed", "on_site")
"""States of a plea that something given may still answer: also while somebody is to carry it."""


def waits_for(ctx: Context, gift: Request) -> tuple[Request | None, Box]:
    """The plea that what is given would answer, and the box in which it is expected.

    That is the oldest plea that may draw on a box near the giver, and of these boxes the nearest
    to whoever asked.
    """
    near_giver = {one.id for one in boxes.near(ctx.tx, gift.place_id)}
    names = {str(one["name"]) for one in gift.items}
    forms = {str(one.get("form")) for one in gift.items}
    for need in next_in_line(ctx, names, gift.number, WAITING):
        common = [one for one in boxes.near(ctx.tx, need.place_id) if one.id in near_giver]
        fits = "child" in forms if caution.for_child(need) else "adult" in forms
        free = need.requester_id != gift.requester_id and not caution.doctor_first(need, need.items)
        if common and fits and free:
            return need, common[0]
    return None, boxes.get(ctx.tx, int(gift.data["box"]))


def promised(ctx: Context, gift: Request, need: Request | None, box: Box) -> Iterator[Effect]:
    """Somebody brings it: the plea's story says so, and the giver is reminded in time."""
    data: dict[str, Any] = {**gift.data, "box": box.id, **({"for": need.number} if need else {})}
    requests.amend(ctx.tx, gift.number, ctx.now, data=data)
    wait = ctx.rules(gift).medicine.found if need else REMIND
    yield Later(f"medicine:gift:{gift.number}:", ctx.now + wait, "medicine_gift", gift.number)
    if need is None:
        return
    if need.number != gift.data.get("for"):
        requests.tell(
            ctx.tx, need.number, ctx.now, "giver found", person_id=gift.requester_id, note=box.name
        )
        values: dict[str, Any] = {
            "number": need.number,
            "what": showing.what(gift),
            "box": box_name(box),
        }
        yield ctx.tell(need.requester_id, "medicine.on_offer", about=need.number, **values)


@rings("medicine_gift")
def gift_due(ctx: Context) -> Iterator[Effect]:
    """It has not come: the giver is reminded once; long after it is expected no more."""
    gift = requests.get(ctx.tx, ctx.rung.ref)
    if gift is None or gift.state != "waiting":
        return
    number, box = gift.number, boxes.get(ctx.tx, int(gift.data["box"]))
    if ctx.rung.data.get("reminded"):
        over: dict[str, Any] = {"outcome": "not_needed", "closed_at": ctx.now}
        requests.move(ctx.tx, gift, "closed", ctx.now, who=None, why="never came", **over)
        forget(ctx, number)
        return
    need = gift.data.get("for")
    values: dict[str, Any] = {"number": number, "what": showing.what(gift), "box": box_name(box)}
    values["other"] = need or 0
    key = "medicine.bring_nudge" if need else "medicine.bring_reminder"
    keeper = keeper_of(ctx.tx, box)
    yield ctx.tell(gift.requester_id, key, about=number, urgent=bool(need), **values)
    if need and keeper is not None and keeper != gift.requester_id:
        yield ctx.tell(keeper, "medicine.keeper_nudge", about=number, urgent=True, **values)
    yield Later(ctx.rung.key, ctx.now + OVER, "medicine_gift", number, {"reminded": True})


def in_the_box(ctx: Context, gift: Request) -> Iterator[Effect]:
    """What it was given for goes on: it is held, and whoever carries it is told where it is."""
    need = requests.get(ctx.tx, gift.data.get("for") or 0)
    if need is None or need.state not in WAITING:
        return
    box, number = boxes.get(ctx.tx, int(gift.data["box"])), need.number
    requests.tell(ctx.tx, number, ctx.now, "in the box", person_id=ctx.who.id, note=box.name)
    yield from looking.serve(ctx, need)
    for person_id in claims.holders(ctx.tx, number):
        yield from to_fetch(ctx, need, person_id)


def settled(ctx: Context, number: int) -> Never:
    """The gift has come, or will not."""
    forget(ctx, number)
    return Never(f"medicine:gift:{number}:")


def forget(ctx: Context, number: int) -> None:
    """Nobody is asked about this gift any more."""
    for kind in ("medicine_arrived", "medicine_expiry", "medicine_photo"):
        questions.close(ctx.tx, None, kind, number)


def to_fetch(ctx: Context, request: Request, person_id: int) -> Iterator[Effect]:
    """Whoever carries it hears from which box and by what code; or that none has it."""
    held = held_now(ctx, request.number)
    for box_id in dict.fromkeys(one.box_id for one in held):
        of_box = [one for one in held if one.box_id == box_id]
        if of_box[0].keeper_id != person_id:
            values = _at(ctx, request, of_box)
            yield ctx.tell(
                person_id, "medicine.to_fetch", about=request.number, urgent=True, **values
            )
    if held or not _is_own_to_bring(ctx, request, person_id):
        return
    near = boxes.near(ctx.tx, request.place_id)
    if near:
        values = {"number": request.number, "box": box_name(near[0]), "where": where(near[0])}
        yield ctx.tell(person_id, "medicine.bring_own", about=request.number, urgent=True, **values)


def _is_own_to_bring(ctx: Context, request: Request, person_id: int) -> bool:
    """Whether a neighbour would bring a medicine of their own."""
    takes = any(rules.is_medicine(one, request.category) for one in request.items)
    out = holds.held(ctx.tx, request.number, "handed")
    is_doctor = "doctor" in people.roles_at(ctx.tx, person_id, request.place_id)
    need = request.kind == "need" and request.category == "medicine"
    return need and takes and not out and not is_doctor and not rules.has("errand", request.text)


def _at(ctx: Context, request: Request, held: list[Held]) -> dict[str, Any]:
    box = boxes.get(ctx.tx, held[0].box_id)
    keeper = held[0].keeper_id
    name = showing.name_of(people.get(ctx.tx, keeper)) if keeper else Word("medicine.the_keeper")
    return {
        "number": request.number,
        "found": things(held),
        "box": box_name(box),
        "where": where(box),
        "keeper": name,
        "code": code_of(request),
        "until": held[0].until,
    }


def box_name(box: Box) -> Both:
    return Both(box.name, box.name_en)


def where(box: Box) -> Both:
    return Both(box.where_text, box.where_en)
