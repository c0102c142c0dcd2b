"""A request for medicine meets the boxes: what is said to whom when something is found, or not."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from handlers import offering, promises, showing
from handlers.kit import (
    Ask,
    Both,
    Context,
    Effect,
    Later,
    Never,
    Say,
    Things,
    ToPerson,
    Word,
    rings,
)
from handlers.medicine import caution
from handlers.medicine.picking import Held, Picked, next_in_line, pick, things
from handlers.medicine.pickup import code_of
from handlers.pharmacy import rules
from storage import boxes, claims, holds, people, requests
from storage.requests import Request


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of looking into the boxes.

    ``held`` waits there for the request; ``doctor_first`` means that no neighbour is asked to
    bring it, the doctor was; ``refused`` is ``prescription``, ``controlled``, ``cap`` or None.
    """

    held: tuple[Held, ...] = ()
    doctor_first: bool = False
    refused: str | None = None


def look(ctx: Context, request: Request) -> Generator[Effect, None, Looked]:
    """Look through the boxes for a new request, hold what may go out, and tell whom it concerns."""
    picked = pick(ctx, request)
    if picked.doctor is not None:
        yield from _doctor_first(ctx, request, picked.doctor)
        return Looked(doctor_first=True, refused=picked.refused)
    if picked.held:
        yield from _found(ctx, request, picked)
    yield from _privately(request, picked)
    return Looked(picked.held, refused=picked.refused)


def serve_next(ctx: Context, names: Iterable[str], but: int = 0) -> Iterator[Effect]:
    """Something is free again: whoever asked for it within a day and still waits gets it."""
    for request in next_in_line(ctx, set(names), but):
        yield from serve(ctx, request)


def serve(ctx: Context, request: Request) -> Iterator[Effect]:
    """Hold what there is now for somebody who still waits, and tell them."""
    picked = pick(ctx, request)
    if picked.held:
        yield from _your_turn(ctx, request, picked)


def look_again(ctx: Context, request: Request) -> Iterator[Effect]:
    """What was held cannot be given: another box has some, or the neighbours are asked."""
    if request.state not in {"open", "reopened", "waiting"} or holds.held(ctx.tx, request.number):
        return
    picked = pick(ctx, request)
    if picked.held:
        yield from _your_turn(ctx, request, picked)
    elif request.state == "waiting":
        requests.move(ctx.tx, request, "open", ctx.now, who=None, why="open again")
        yield from offering.begin(ctx, request)


def _your_turn(ctx: Context, request: Request, picked: Picked) -> Iterator[Effect]:
    yield ctx.tell(
        request.requester_id,
        "medicine.your_turn",
        about=request.number,
        urgent=is_urgent(request),
        **_where(ctx, request, picked.held),
    )
    yield from _hold_on(ctx, request, picked.held)
    yield from _privately(request, picked)
    yield from promises.keep(ctx, request, "found")


def is_urgent(request: Request) -> bool:
    return request.urgency == "urgent"


def _found(ctx: Context, request: Request, picked: Picked) -> Iterator[Effect]:
    values, urgent = _where(ctx, request, picked.held), is_urgent(request)
    key = "medicine.found" if ctx.in_group else "medicine.found_privately"
    yield ctx.reply(key, about=request.number, urgent=urgent, **values)
    if ctx.in_group:
        yield ctx.tell(
            request.requester_id, "medicine.held", about=request.number, urgent=True, **values
        )
    yield from _hold_on(ctx, request, picked.held)


def _where(ctx: Context, request: Request, held: tuple[Held, ...]) -> dict[str, object]:
    standing = [boxes.get(ctx.tx, one) for one in dict.fromkeys(one.box_id for one in held)]
    return {
        **showing.openly(ctx, request),
        "found": things(held),
        "box": list(dict.fromkeys(one.box_name for one in held)),
        "where": [Both(box.where_text, box.where_en) for box in standing if box.where_text],
        "until": held[0].until,
        "code": code_of(request),
        "door": ctx.rules(request).medicine.at_door,
        "form": form_note(held),
        "care": _leaflet(held),
    }


def form_note(held: Iterable[Held]) -> Word | str:
    """Said wherever a child's form is meant, in either language."""
    return Word("medicine.child_form") if any(one.form == "child" for one in held) else ""


def _leaflet(held: Iterable[Held]) -> Word | str:
    taken = [one.item for one in held if rules.is_medicine({"name": one.item}, "medicine")]
    return Word("medicine.leaflet", {"first": caution.ask_first(taken)}) if taken else ""


def _hold_on(ctx: Context, request: Request, held: tuple[Held, ...]) -> Iterator[Effect]:
    """The keeper of each box hears what to get ready; the hold has its end."""
    number = request.number
    for box_id in dict.fromkeys(one.box_id for one in held):
        of_box = [one for one in held if one.box_id == box_id]
        requests.tell(ctx.tx, number, ctx.now, "found", note=of_box[0].box_name.zh)
        keeper = of_box[0].keeper_id
        if keeper is not None and keeper != request.requester_id:
            # The keeper is the first to be asked to carry it: no second invitation follows.
            _invite(ctx, number, keeper, "keeper")
            yield _to_keeper(ctx, request, keeper, of_box)
    yield Later(f"medicine:hold:{number}:", held[0].until, "medicine_hold", number)


def _to_keeper(ctx: Context, request: Request, keeper: int, held: list[Held]) -> Ask:
    values = {
        **showing.openly(ctx, request),
        "found": things(held),
        "form": form_note(held),
        "box": held[0].box_name,
        "name": showing.name_of(people.get(ctx.tx, request.requester_id)),
        "until": held[0].until,
    }
    return Ask(
        ToPerson(keeper),
        "medicine.keeper",
        values,
        about=request.number,
        urgent=is_urgent(request),
        person_id=keeper,
        question="offered",
        ref=request.number,
    )


def _privately(request: Request, picked: Picked) -> Iterator[Effect]:
    """Warnings are about somebody's body: never in the group."""
    number, told = request.number, list(picked.cautions)
    if picked.refused is not None:
        told.append(Word(f"medicine.no_{picked.refused}"))
    for warning in told:
        yield Say(
            ToPerson(request.requester_id),
            "medicine.caution",
            {"number": number, "caution": warning},
            about=number,
            urgent=is_urgent(request),
            direct=True,
        )


def _doctor_first(ctx: Context, request: Request, why: str) -> Iterator[Effect]:
    """Nothing from the box: the doctor is asked, and the requester told why, privately."""
    number, openly = request.number, _plainly(ctx, request)
    doctors = _doctors(ctx, request)
    if ctx.in_group:
        yield ctx.reply("medicine.doctor_open", about=number, urgent=is_urgent(request), **openly)
    yield Say(
        ToPerson(request.requester_id),
        "medicine.doctor_first" if doctors else "medicine.no_doctor",
        {**openly, "why": Word(f"medicine.why_{why}")},
        about=number,
        urgent=is_urgent(request),
        direct=True,
    )
    requests.tell(ctx.tx, number, ctx.now, "doctor first")
    requests.amend(ctx.tx, number, ctx.now, data={**request.data, "doctor_first": True})
    for doctor in doctors[:1]:
        yield _ask_doctor(ctx, request, doctor)
    due = ctx.now + ctx.rules(request).unclaimed.urgent.worker
    yield Later(f"unclaimed:{number}:doctor", due, "medicine_doctor", number)


def _invite(ctx: Context, number: int, person_id: int, why: str) -> None:
    if all(one.person_id != person_id for one in claims.invitations(ctx.tx, number)):
        claims.invite(ctx.tx, number, person_id, wave=0, now=ctx.now, why=why)


def _plainly(ctx: Context, request: Request) -> dict[str, Any]:
    """As `showing.openly`, without amounts: next to a warning they would read like a dose."""
    names = Things(tuple({"name": one["name"], "text": one["text"]} for one in request.items))
    return {**showing.openly(ctx, request), "what": names}


def _doctors(ctx: Context, request: Request) -> list[int]:
    found = people.serving(ctx.tx, request.place_id, "doctor")
    return [one for one in found if one != request.requester_id]


def _ask_doctor(ctx: Context, request: Request, person_id: int) -> Ask:
    """The doctor learns what it is about on taking it, not before."""
    number = request.number
    _invite(ctx, number, person_id, "doctor first")
    return Ask(
        ToPerson(person_id),
        "medicine.ask_doctor",
        _plainly(ctx, request),
        about=number,
        urgent=True,
        person_id=person_id,
        question="offered",
        ref=number,
    )


@rings("medicine_doctor")
def doctor_silent(ctx: Context) -> Iterator[Effect]:
    """The doctor has not answered: the next one, then the community worker or coordinator."""
    request = requests.get(ctx.tx, ctx.rung.ref)
    if request is None or request.state not in {"open", "reopened"}:
        yield Never(f"unclaimed:{ctx.rung.ref}:doctor")
        return
    asked = {one.person_id for one in claims.invitations(ctx.tx, request.number)}
    others = list(_doctors(ctx, request))
    for role in ("community_worker", "coordinator"):
        others += people.serving(ctx.tx, request.place_id, role)
    waiting = [one for one in others if one not in asked and one != request.requester_id]
    for person_id in waiting[:1]:
        yield _ask_doctor(ctx, request, person_id)
        due = ctx.now + ctx.rules(request).unclaimed.urgent.worker
        yield Later(ctx.rung.key, due, "medicine_doctor", request.number)
