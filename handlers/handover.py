"""At the change of shift the one who leaves hands what is open to the next, told privately."""

from __future__ import annotations

from collections.abc import Iterator

from handlers import emergencies, showing
from handlers.duty import pages
from handlers.kit import Ask, Context, Effect, Later, Lines, Say, ToPerson, Word, daily, rings
from storage import claims, duty, people, places, requests
from storage.duty import Shift
from storage.places import Place
from storage.requests import Request

AHEAD = 2
"""Days whose changes of shift have their deadline: more than from one look to the next."""
WAITING = ("triage", "open", "reopened")


@daily("00:10")
def look_ahead(ctx: Context) -> Iterator[Effect]:
    """A deadline at every change of shift to come."""
    for shift in duty.coming(ctx.tx, ctx.now, AHEAD):
        if shift.duty == "duty":
            key = f"handover:{shift.place_id}:{shift.ends:%Y%m%dT%H%M}"
            yield Later(key, shift.ends, "handover", shift.place_id)


@rings("handover")
def change(ctx: Context) -> Iterator[Effect]:
    """Whoever leaves is relieved of what is open; whoever comes has it from now on."""
    place, at = places.get(ctx.tx, ctx.rung.ref), ctx.rung.due
    if place is None:
        return
    around = [one for one in duty.around(ctx.tx, place, at, "duty") if not one.absent]
    here = [one for one in around if one.begins <= at < one.ends]
    staying = {one.person_id for one in here}
    leaving = [one for one in around if one.ends == at and one.person_id not in staying]
    coming = [one for one in here if duty.reachable(ctx.tx, one.person_id)]
    for one in leaving:
        yield from _hand_over(ctx, place, one.person_id, coming)


def _hand_over(ctx: Context, place: Place, leaver: int, coming: list[Shift]) -> Iterator[Effect]:
    unsettled = requests.at_places(ctx.tx, places.within(ctx.tx, place.id), requests.UNSETTLED)
    mine = [one for one in unsettled if _was_called(ctx, one, leaver)]
    heirs = [one.person_id for one in coming]
    for request in unsettled:
        _rename(ctx, request, leaver, heirs)
    waiting = [one for one in mine if _waits(ctx, one)]
    held = [one for one in mine if leaver in claims.holders(ctx.tx, one.number)]
    if not waiting and not held:
        return
    if not coming:
        yield from _to_nobody(ctx, place, leaver, [*waiting, *held])
        return
    for shift in coming:
        yield from _tell_next(ctx, leaver, shift, waiting, held)
    names = [showing.name_of(people.get(ctx.tx, one)) for one in heirs]
    values = {"names": names, "lines": _lines(ctx, [*waiting, *held])}
    yield Say(ToPerson(leaver), "handover.relieved", values, urgent=True)


def _was_called(ctx: Context, request: Request, person_id: int) -> bool:
    """Whether it came to this person because they were on duty."""
    story = requests.story(ctx.tx, request.number)
    return any(one.what == "paged" and one.person_id == person_id for one in story)


def _waits(ctx: Context, request: Request) -> bool:
    return request.state in WAITING and not claims.holders(ctx.tx, request.number)


def _rename(ctx: Context, request: Request, leaver: int, heirs: list[int]) -> None:
    """Where the chain of an open matter names the one who leaves, it names the next."""
    step = next((one for one in request.chain if one["step"] == "duty"), None)
    if step is None or leaver not in step["people"] or not heirs:
        return
    stay = [one for one in step["people"] if one != leaver]
    renamed = {**step, "people": list(dict.fromkeys([*heirs, *stay]))}
    chain = [renamed if one is step else one for one in request.chain]
    requests.amend(ctx.tx, request.number, ctx.now, chain=chain)


def _tell_next(
    ctx: Context, leaver: int, shift: Shift, waiting: list[Request], held: list[Request]
) -> Iterator[Effect]:
    """All at once what is open; of danger room and phone; what is in hand is asked for."""
    name = showing.name_of(people.get(ctx.tx, leaver))
    values = {"name": name, "until": shift.ends, "lines": _lines(ctx, [*waiting, *held])}
    yield Say(ToPerson(shift.person_id), "handover.yours", values, urgent=True)
    for request in waiting:
        note = people.get(ctx.tx, leaver).name
        requests.tell(
            ctx.tx,
            request.number,
            ctx.now,
            "handed on",
            person_id=shift.person_id,
            note=note,
        )
        if request.kind == "emergency":
            yield emergencies.call(ctx, request, shift.person_id)
    for request in held:
        yield Ask(
            ToPerson(shift.person_id),
            "giving.pass",
            {**showing.openly(ctx, request), "name": name},
            about=request.number,
            urgent=True,
            person_id=shift.person_id,
            question="pass",
            ref=request.number,
            data={"from": leaver},
        )


def _to_nobody(ctx: Context, place: Place, leaver: int, left: list[Request]) -> Iterator[Effect]:
    """Nobody comes: the coordinator hears what is left open."""
    values = {"place": showing.place_name(place), "lines": _lines(ctx, left)}
    for request in left:
        requests.tell(ctx.tx, request.number, ctx.now, "nobody on call", note="handover")
    for person_id in pages(ctx.tx, place.id, ctx.now, "coordinator"):
        if person_id != leaver:
            yield Say(ToPerson(person_id), "handover.nobody", values, urgent=True)


def _lines(ctx: Context, found: list[Request]) -> Lines:
    return Lines(tuple(Word("requests.line", showing.openly(ctx, one)) for one in found))
