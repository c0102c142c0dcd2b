"""吹哨报到: a department is called to a request, reports in and brings a result in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from handlers import duty as calling
from handlers import offering, settling, showing, steering
from handlers.kit import Context, Effect, Later, Never, Say, Sorry, ToPerson, rings, sentence
from handlers.recording import known
from storage import claims, duty, people, places, requests, whistles
from storage.places import Place
from storage.requests import Request
from storage.whistles import Whistle


@sentence("blow")
def blow(ctx: Context) -> Iterator[Effect]:
    """`#12 吹哨 城管`: its contact is told and owes a word; nobody else is asked meanwhile."""
    request = steering.served(ctx)
    number = request.number
    if request.state in {"done", "closed"}:
        raise showing.over(request)
    department = _department(ctx, request, ctx.slots["name"])
    if any(one.place_id == department.id for one in whistles.open_of(ctx.tx, number)):
        name = showing.place_name(department)
        raise Sorry("whistles.already", number=number, department=name)
    contacts = _contacts(ctx, department)
    if not contacts:
        phone = department.desk_phone or ""
        name = showing.place_name(department)
        raise Sorry("whistles.no_contact", department=name, phone=phone)
    due = ctx.now + ctx.rules(request).whistle.report
    whistle_id = whistles.blow(
        ctx.tx,
        number=number,
        place_id=department.id,
        by_id=ctx.who.id,
        blown_at=ctx.now,
        due_at=due,
    )
    _note(ctx, request, department, "whistled")
    yield Never(f"unclaimed:{number}:")
    yield _clock(number, whistle_id, due)
    values = _values(ctx, request, department, by=due)
    for person_id in contacts:
        yield Say(ToPerson(person_id), "whistles.called", values, about=number, urgent=True)
    yield ctx.reply("whistles.blown", about=number, **values)
    yield from _tell_asking(ctx, request, "whistles.blown_told", **values)


def _department(ctx: Context, request: Request, name: str) -> Place:
    """The department of that name that serves the request's place; Sorry names those there are."""
    around = {place.id for place in places.chain(ctx.tx, request.place_id)}
    here = [
        one
        for one in places.every(ctx.tx).values()
        if one.kind == "department" and one.parent_id in around
    ]
    wanted = name.strip().lower()
    for one in here:
        if wanted in {one.name.lower(), one.name_en.lower(), one.key.lower()}:
            return one
    known_here = [showing.place_name(one) for one in here]
    raise Sorry("whistles.which" if here else "whistles.none", name=name, known=known_here)


def _contacts(ctx: Context, department: Place) -> list[int]:
    found = calling.holding(ctx.tx, department.id, "contact")
    return [one for one in found if duty.reachable(ctx.tx, one)]


def _note(ctx: Context, request: Request, department: Place, what: str) -> None:
    who = ctx.speaker.id if ctx.speaker else None
    requests.tell(ctx.tx, request.number, ctx.now, what, person_id=who, note=department.name)


def _clock(number: int, whistle_id: int, due: datetime, again: int = 0) -> Later:
    data = {"whistle": whistle_id, "again": again}
    return Later(f"whistle:{number}:{whistle_id}:", due, "whistle", number, data)


def _values(ctx: Context, request: Request, department: Place, **more: Any) -> dict[str, Any]:
    return {
        **showing.openly(ctx, request),
        "department": showing.place_name(department),
        **more,
    }


def _tell_asking(ctx: Context, request: Request, key: str, **values: Any) -> Iterator[Effect]:
    for one in (request.requester_id, *requests.followers(ctx.tx, request.number)):
        if one != ctx.who.id:
            yield ctx.tell(one, key, about=request.number, urgent=True, **values)


def _owed(ctx: Context) -> tuple[Whistle, Place] | None:
    """What the speaker's department owes on the request named, or on the only one there is."""
    number = int(ctx.slots["number"])
    for whistle in whistles.open_of(ctx.tx, number):
        department = places.get(ctx.tx, whistle.place_id)
        if department is not None and ctx.who.id in _contacts(ctx, department):
            return whistle, department
    return None


@sentence("report", fits=lambda ctx: _owed(ctx) is not None)
def report_in(ctx: Context) -> Iterator[Effect]:
    """`#12 报到`: the department is on it; the result has its own time."""
    owed = _owed(ctx)
    if owed is None:
        return
    whistle, department = owed
    request = known(ctx, whistle.number)
    due = ctx.now + ctx.rules(request).whistle.result
    if whistle.state == "reported":
        due = whistle.due_at
    else:
        whistles.move(ctx.tx, whistle, "reported", due)
        _note(ctx, request, department, "reported in")
        yield _clock(whistle.number, whistle.id, due)
    values = _values(ctx, request, department, by=due)
    yield ctx.reply("whistles.thanks", about=whistle.number, **values)
    yield ctx.tell(whistle.by_id, "whistles.reported", about=whistle.number, **values)
    yield from _tell_asking(ctx, request, "whistles.reported_told", **values)


@sentence("result", fits=lambda ctx: _owed(ctx) is not None)
def bring_result(ctx: Context) -> Iterator[Effect]:
    """`#12 结果:已清理`: whoever called and whoever asked hear it; the latter says if it holds."""
    owed = _owed(ctx)
    if owed is None:
        return
    whistle, department = owed
    request = _answered(ctx, whistle, department, "department done")
    values = _values(ctx, request, department, result=ctx.slots["text"].strip())
    yield Never(f"whistle:{whistle.number}:{whistle.id}:")
    yield ctx.tell(whistle.by_id, "whistles.result", about=whistle.number, **values)
    yield from _tell_asking(ctx, request, "whistles.result_told", **values)
    if request.state in {"done", "closed"} or whistles.open_of(ctx.tx, whistle.number):
        yield ctx.reply("whistles.noted", about=whistle.number, number=whistle.number)
        return
    yield from settling.finish(ctx, request)


@sentence("cannot", fits=lambda ctx: _owed(ctx) is not None)
def cannot(ctx: Context) -> Iterator[Effect]:
    """`#12 办不了`: whoever called hears it at once, and it is looked after as before."""
    owed = _owed(ctx)
    if owed is None:
        return
    whistle, department = owed
    request = _answered(ctx, whistle, department, "department cannot")
    values = _values(ctx, request, department, why=ctx.slots.get("text", ""))
    yield Never(f"whistle:{whistle.number}:{whistle.id}:")
    yield ctx.reply("whistles.noted", about=whistle.number, number=whistle.number)
    yield ctx.tell(whistle.by_id, "whistles.cannot", about=whistle.number, urgent=True, **values)
    if request.state in offering.OPEN and not claims.holders(ctx.tx, request.number):
        yield from offering.ladder(ctx, request)


def _answered(ctx: Context, whistle: Whistle, department: Place, what: str) -> Request:
    request = known(ctx, whistle.number)
    whistles.move(ctx.tx, whistle, "answered")
    requests.tell(
        ctx.tx,
        whistle.number,
        ctx.now,
        what,
        person_id=ctx.who.id,
        note=department.name,
    )
    return request


@rings("whistle")
def overdue(ctx: Context) -> Iterator[Effect]:
    """No word by its time: the department is reminded, and the leaders of its street are told."""
    whistle = whistles.get(ctx.tx, int(ctx.rung.data["whistle"]))
    request = requests.get(ctx.tx, ctx.rung.ref)
    department = places.get(ctx.tx, whistle.place_id) if whistle else None
    if whistle is None or request is None or department is None:
        return
    if whistle.state not in whistles.OPEN or request.state == "closed":
        return
    since = ctx.now - whistle.blown_at
    values = _values(ctx, request, department, since=since, by=whistle.due_at)
    _note(ctx, request, department, "department reminded")
    for person_id in _contacts(ctx, department):
        key = "whistles.remind" if whistle.state == "blown" else "whistles.remind_result"
        yield ctx.tell(person_id, key, about=request.number, **values)
    leaders = _leaders(ctx, department)
    for person_id in leaders:
        requests.tell(ctx.tx, request.number, ctx.now, "leader told", person_id=person_id)
        yield ctx.tell(person_id, "whistles.overdue", about=request.number, **values)
    if whistle.by_id not in leaders:
        yield ctx.tell(whistle.by_id, "whistles.overdue", about=request.number, **values)
    again = int(ctx.rung.data["again"]) + 1
    if again < ctx.rules(request).whistle.reminders:
        due = ctx.now + ctx.rules(request).whistle.remind_every
        yield _clock(request.number, whistle.id, due, again)


def _leaders(ctx: Context, department: Place) -> list[int]:
    """Who leads the place that the department belongs to, nearest first."""
    found = people.serving(ctx.tx, department.parent_id, "leader")
    return [one for one in found if duty.reachable(ctx.tx, one)][:2]
