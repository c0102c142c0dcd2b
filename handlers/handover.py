"""At the change of shift the one who leaves hands what is open to the next, told privately.

So it is for the general duty, and for every role that has a roster of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from handlers import consults, emergencies, showing
from handlers.duty import pages, steps_of
from handlers.kit import Ask, Context, Effect, Later, Lines, Say, ToPerson, Word, daily, rings
from storage import claims, duty, people, places, requests
from storage.duty import Shift
from storage.places import Place
from storage.requests import Request

AHEAD = 2
"""Days whose changes of shift have their deadline: more than from one look to the next."""
WAITING = ("triage", "open", "reopened")
AFTERWARDS = 7
"""Days within which the next turn of a role is looked for, where none follows at once."""
_AS_A_ROLE = {"serves", "mediates"}
"""Why somebody was asked whose work it is."""


@daily("00:10")
def look_ahead(ctx: Context) -> Iterator[Effect]:
    """A deadline at every change of shift to come."""
    for shift in duty.coming(ctx.tx, ctx.now, AHEAD):
        key = f"handover:{shift.place_id}:{shift.duty}:{shift.ends:%Y%m%dT%H%M}"
        yield Later(key, shift.ends, "handover", shift.place_id, {"duty": shift.duty})

        if shift.duty == "duty" and shift.begins > ctx.now:
            key = f"comes_on:{shift.place_id}:{shift.begins:%Y%m%dT%H%M}"
            yield Later(key, shift.begins, "comes_on", shift.place_id)


@rings("comes_on")
def comes_on(ctx: Context) -> Iterator[Effect]:
    """After hours without anybody on duty, whoever comes hears what was called out to nobody."""
    place, at = places.get(ctx.tx, ctx.rung.ref), ctx.rung.due
    around = duty.around(ctx.tx, place, at, "duty") if place is not None else []
    if place is None or any(one.ends == at and not one.absent for one in around):
        return  # or handed over by whoever leaves
    unsettled = requests.at_places(ctx.tx, places.within(ctx.tx, place.id), WAITING)
    missed = [one for one in unsettled if _waits(ctx, one) and _called_nobody(ctx, one)]
    for shift in around if missed else ():
        if shift.begins == at and not shift.absent and duty.reachable(ctx.tx, shift.person_id):
            for one in missed:
                who = shift.person_id
                requests.tell(ctx.tx, one.number, ctx.now, "paged", person_id=who, note="duty")
            values = {"until": shift.ends, "lines": _lines(ctx, missed)}
            yield Say(ToPerson(shift.person_id), "handover.missed", values, urgent=True)


def _called_nobody(ctx: Context, request: Request) -> bool:
    story = requests.story(ctx.tx, request.number)
    return any(one.what == "nobody on call" and one.note == "duty" for one in story)


@rings("handover")
def change(ctx: Context) -> Iterator[Effect]:
    """Whoever leaves is relieved of what is open; whoever comes has it from now on."""
    place, at, what = places.get(ctx.tx, ctx.rung.ref), ctx.rung.due, str(ctx.rung.data["duty"])
    if place is None:
        return
    around = [one for one in duty.around(ctx.tx, place, at, what) if not one.absent]
    here = [one for one in around if one.begins <= at < one.ends]
    staying = {one.person_id for one in here}
    leaving = [one for one in around if one.ends == at and one.person_id not in staying]
    coming = [one for one in here if duty.reachable(ctx.tx, one.person_id)]
    if not coming and what != "duty":
        coming = _next_turn(ctx, place, what)
    for one in leaving:
        if what == "doctor":
            yield from consults.turn_ends(ctx, place.id, one.person_id)
        yield from _hand_over(ctx, place, one, coming)


def _next_turn(ctx: Context, place: Place, what: str) -> list[Shift]:
    """Offices close at night: whoever serves first after that."""
    later = [
        one
        for one in duty.coming(ctx.tx, ctx.now, AFTERWARDS)
        if (one.place_id, one.duty) == (place.id, what) and one.begins >= ctx.rung.due
    ]
    could = [one for one in later if not one.absent and duty.reachable(ctx.tx, one.person_id)]
    return [one for one in could if one.begins == could[0].begins]


def _hand_over(ctx: Context, place: Place, left: Shift, coming: list[Shift]) -> Iterator[Effect]:
    unsettled = requests.at_places(ctx.tx, places.within(ctx.tx, place.id), requests.UNSETTLED)
    leaver = left.person_id
    mine = [one for one in unsettled if _was_called(ctx, one, left)]
    heirs = [one.person_id for one in coming]
    for request in unsettled:
        _rename(ctx, request, left, heirs)
    waiting = [one for one in mine if _waits(ctx, one)]
    held = [one for one in mine if leaver in claims.holders(ctx.tx, one.number)]
    if not (waiting or held) or heirs == [leaver]:
        return
    if not coming:
        yield from _to_nobody(ctx, place, leaver, [*waiting, *held])
        return
    for shift in coming:
        yield from _tell_next(ctx, leaver, shift, waiting, held)
    names = [showing.name_of(people.get(ctx.tx, one)) for one in heirs]
    values = {"names": names, "lines": _lines(ctx, [*waiting, *held])}
    yield Say(ToPerson(leaver), "handover.relieved", values, urgent=True)


def _was_called(ctx: Context, request: Request, left: Shift) -> bool:
    """Whether it came to this person because of this duty."""
    paged = [one for one in requests.story(ctx.tx, request.number) if one.what == "paged"]
    notes = {one.note for one in paged if one.person_id == left.person_id}
    if left.duty == "duty":
        return bool(notes)
    if notes & set(steps_of(left.duty)):
        return True
    invited = claims.invitations(ctx.tx, request.number)
    asked = {one.person_id for one in invited if one.why in _AS_A_ROLE}
    if asked:  # whoever took it over from a colleague has it as their work, too
        asked.update(claims.holders(ctx.tx, request.number))
    return left.person_id in asked


def _waits(ctx: Context, request: Request) -> bool:
    return request.state in WAITING and not claims.holders(ctx.tx, request.number)


def _rename(ctx: Context, request: Request, left: Shift, heirs: list[int]) -> None:
    """Where the chain of an open matter names the one who leaves, it names the next."""
    leaver, steps = left.person_id, steps_of(left.duty)
    if not heirs or not any(
        leaver in one["people"] and one["step"] in steps for one in request.chain
    ):
        return
    chain = []
    for step in request.chain:
        stay = [one for one in step["people"] if one != leaver]
        renamed = {**step, "people": list(dict.fromkeys([*heirs, *stay]))}
        chain.append(renamed if leaver in step["people"] and step["step"] in steps else step)
    requests.amend(ctx.tx, request.number, ctx.now, chain=chain)


def _tell_next(
    ctx: Context, leaver: int, shift: Shift, waiting: list[Request], held: list[Request]
) -> Iterator[Effect]:
    """All at once what is open; of danger room and phone; what is in hand is asked for."""
    name = showing.name_of(people.get(ctx.tx, leaver))
    lines, at_once = _lines(ctx, [*waiting, *held]), shift.begins <= ctx.now
    values = {"name": name, "from": shift.begins, "until": shift.ends, "lines": lines}
    key = "handover.yours" if at_once else "handover.yours_later"
    yield Say(ToPerson(shift.person_id), key, values, urgent=at_once)
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
            urgent=at_once,
            person_id=shift.person_id,
            question="pass",
            ref=request.number,
            data={"from": leaver},
        )


def _to_nobody(ctx: Context, place: Place, leaver: int, left: list[Request]) -> Iterator[Effect]:
    """Nobody comes: the coordinator hears what is left open."""
    values = {"place": showing.place_name(place), "lines": _lines(ctx, left)}
    for request in left:
        requests.tell(ctx.tx, request.number, ctx.now, "nobody on call", note="duty")
    for person_id in pages(ctx.tx, place.id, ctx.now, "coordinator"):
        if person_id != leaver:
            yield Say(ToPerson(person_id), "handover.nobody", values, urgent=True)


def _lines(ctx: Context, found: list[Request]) -> Lines:
    return Lines(tuple(Word("requests.line", showing.openly(ctx, one)) for one in found))
