"""A resident asks for a doctor: who is on duty and free is asked, else told when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from handlers import duty, quiet, showing
from handlers.kit import (
    Ask,
    Both,
    Context,
    Effect,
    Later,
    Never,
    Sorry,
    ToPerson,
    answers,
    rings,
    sentence,
)
from storage import claims, people, places, requests
from storage import duty as rosters
from storage import talks as talking
from storage.requests import Request

ASKED = {"consult_still": "yes_no"}


def own(ctx: Context) -> Request | None:
    """The speaker's own consultation that is not over."""
    mine = requests.apart(ctx.tx, "consult")
    return next((one for one in mine if one.requester_id == ctx.who.id), None)


@sentence("wish", late=True)
def wish(ctx: Context) -> Iterator[Effect]:
    """`想咨询医生`: in a group no more is said than that it goes on privately."""
    if ctx.late:
        to = ToPerson(ctx.who.id)
        data = {"text": ctx.text}
        kind = "consult_still"
        yield Ask(
            to, "consults.still", direct=True, person_id=to.person_id, question=kind, data=data
        )
        return
    if ctx.in_group:
        yield ctx.reply("consults.privately")
    yield from begin(ctx, ctx.who.id, ctx.text)


@answers("consult_still", lambda ctx: ctx.reading.act in {"confirm", "cancel"})
def still(ctx: Context) -> Iterator[Effect]:
    """Heard late: still wanted, or not."""
    if ctx.reading.act == "cancel":
        yield ctx.reply("requests.never_mind")
        return
    yield from begin(ctx, ctx.who.id, str(ctx.asked.data["text"]))


def begin(ctx: Context, person_id: int, text: str, **data: Any) -> Iterator[Effect]:
    """A number, and a doctor is asked; nobody waits in two lines."""
    standing = next(
        (one for one in requests.apart(ctx.tx, "consult") if one.requester_id == person_id), None
    )
    if standing is not None:
        number = standing.number
        yield ctx.tell(person_id, "consults.already", about=number, urgent=True, number=number)
        return
    place_id = people.get(ctx.tx, person_id).place_id or (ctx.place.id if ctx.place else None)
    if place_id is None:
        raise Sorry("requests.where")
    request = requests.add(
        ctx.tx,
        ctx.now,
        kind="consult",
        category="medical",
        place_id=place_id,
        requester_id=person_id,
        text=text,
        data=data,
    )
    yield from seek(ctx, request)


def seek(ctx: Context, request: Request, rounds: int = 1) -> Iterator[Effect]:
    """Ask the doctors on duty who are free; else the resident hears when, and who knows of it."""
    number, place_id = request.number, request.place_id
    doctors = duty.pages(ctx.tx, place_id, ctx.now, "doctor")
    out = {request.requester_id, *_gave_back(ctx, request)}
    doctors = [one for one in doctors if one not in out]
    free = [one for one in doctors if not talking.busy(ctx.tx, one)]
    if doctors and not free:
        yield from wait_in_line(ctx, request)
        return
    if not free:
        yield from _nobody(ctx, request, rounds)
        return
    at = _by_day(ctx, place_id)
    on_call = rosters.has_roster(ctx.tx, place_id, "doctor")
    names = [showing.name_of(people.get(ctx.tx, one)) for one in free[:2]]
    key = "consults.asked" if on_call or at == ctx.now else "consults.asked_later"
    yield to_resident(ctx, request, key, number=number, names=names, at=at)
    for one in free[:2]:
        yield invitation(ctx, request, one, rounds, urgent=on_call)
    due = (ctx.now if on_call else at) + ctx.rules(request).consults.answer
    yield Later(f"consult:{number}:next", due, "consult_next", number, {"round": rounds})


def invitation(
    ctx: Context, request: Request, doctor: int, rounds: int = 1, *, urgent: bool
) -> Effect:
    """Ask this doctor to take it."""
    number, place = request.number, places.get(ctx.tx, request.place_id)
    if doctor not in {one.person_id for one in claims.invitations(ctx.tx, number)}:
        claims.invite(ctx.tx, number, doctor, wave=rounds, now=ctx.now, why="first")
    requests.tell(ctx.tx, number, ctx.now, "paged", person_id=doctor, note="doctor")
    return Ask(
        ToPerson(doctor),
        "consults.invite",
        {"number": number, "place": showing.place_name(place)},
        about=number,
        urgent=urgent,
        person_id=doctor,
        question="offered",
        ref=number,
    )


def _gave_back(ctx: Context, request: Request) -> list[int]:
    """Doctors who said a while ago that they could not: they are not asked again so soon."""
    since = ctx.now - ctx.rules(request).consults.again
    given = claims.of_request(ctx.tx, request.number, "given_back")
    return [one.person_id for one in given if one.at > since]


def wait_in_line(ctx: Context, request: Request) -> Iterator[Effect]:
    """All doctors are in talks: the end of one calls the next in line."""
    number = request.number
    line = [one.number for one in requests.apart(ctx.tx, "consult") if one.state == "open"]
    yield Never(f"consult:{number}:")
    place = line.index(number) + 1
    yield to_resident(ctx, request, "consults.in_line", number=number, line=place)


def _nobody(ctx: Context, request: Request, rounds: int) -> Iterator[Effect]:
    """No doctor is on duty: the person on duty hears of it, the resident when it is tried again."""
    if rounds > ctx.rules(request).consults.rounds:
        yield from _hand_up(ctx, request)
        return
    number, when = request.number, next_shift(ctx, request.place_id)
    again = when or _by_day(ctx, request.place_id, ctx.now + ctx.rules(request).consults.again)
    yield from _pass_on(ctx, request)
    key = "consults.nobody" if rounds == 1 else "consults.still_nobody"
    key = "consults.nobody_until" if when else key
    yield to_resident(ctx, request, key, number=number, at=again)
    more = {"round": rounds, "begins": True}
    yield Later(f"consult:{number}:next", again, "consult_next", number, more)


def _pass_on(ctx: Context, request: Request) -> Iterator[Effect]:
    values: dict[str, Any] = {"number": request.number, "name": name_of(ctx, request.requester_id)}
    for one in duty.first_pages(ctx.tx, request.place_id, ctx.now)[:1]:
        if one != request.requester_id:
            requests.tell(ctx.tx, request.number, ctx.now, "paged", person_id=one, note="duty")
            yield ctx.tell(one, "consults.passed_on", about=request.number, urgent=True, **values)


def _hand_up(ctx: Context, request: Request) -> Iterator[Effect]:
    """Tried often enough: the coordinator has it, and it stays open till a person closes it."""
    number, name = request.number, name_of(ctx, request.requester_id)
    for one in people.serving(ctx.tx, request.place_id, "coordinator")[:1]:
        yield ctx.tell(one, "consults.passed_on", about=number, number=number, name=name)
    yield to_resident(ctx, request, "consults.handed_up", number=number)


def _by_day(ctx: Context, place_id: int, at: datetime | None = None) -> datetime:
    rule, zone = ctx.policy_at(place_id).quiet, quiet.zone_of(places.get(ctx.tx, place_id))
    return quiet.after_quiet(at or ctx.now, rule.begins, rule.ends, zone)


def next_shift(ctx: Context, place_id: int) -> datetime | None:
    """When the next turn of a doctor begins, within a week."""
    begins = []
    for place in places.chain(ctx.tx, place_id):
        for row in rosters.rosters(ctx.tx).get((place.id, "doctor"), ()):
            today = ctx.now.astimezone(ZoneInfo(place.zone)).date()
            begins += [turn.begins for turn in rosters.turns(ctx.tx, row, place, today, 8)]
    return min((one for one in begins if one > ctx.now), default=None)


@rings("consult_next")
def no_answer(ctx: Context) -> Iterator[Effect]:
    """No doctor has answered, or the hour has come to ask again."""
    request, rounds = requests.get(ctx.tx, ctx.rung.ref), int(ctx.rung.data.get("round", 1))
    if request is None or request.state != "open":
        return
    if ctx.rung.data.get("begins"):
        yield from seek(ctx, request, rounds + 1)
        return
    number = request.number
    yield from _pass_on(ctx, request)
    if rounds >= ctx.rules(request).consults.rounds:
        yield from _hand_up(ctx, request)
        return
    again = _by_day(ctx, request.place_id, ctx.now + ctx.rules(request).consults.again)
    yield to_resident(ctx, request, "consults.no_answer", number=number, at=again)
    more = {"round": rounds, "begins": True}
    yield Later(f"consult:{number}:next", again, "consult_next", number, more)


def to_resident(ctx: Context, request: Request, key: str, **values: Any) -> Effect:
    """Told at once, with the number to ring if it cannot wait."""
    to, medical = request.requester_id, ctx.rules(request).emergency.medical
    return ctx.tell(to, key, about=request.number, urgent=True, medical=medical, **values)


def name_of(ctx: Context, person_id: int) -> Both:
    return showing.name_of(people.get(ctx.tx, person_id))
