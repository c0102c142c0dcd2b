"""The three are brought together, talk among themselves, and part."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from handlers import duty, naming, showing, talks
from handlers.consults import notes, seeking
from handlers.kit import (
    Both,
    Context,
    Effect,
    Later,
    Never,
    Sorry,
    Word,
    rings,
    sentence,
)
from handlers.sentences import after_the_word
from storage import claims, people, questions, requests
from storage import duty as rosters
from storage import talks as talking
from storage.requests import Request


def take(ctx: Context, request: Request) -> Iterator[Effect]:
    """The doctor's `我来`: the three are brought together; one consultation at a time."""
    number, me = request.number, ctx.who.id
    if "doctor" not in people.roles_at(ctx.tx, me, request.place_id):
        raise Sorry("consults.for_doctors", number=number)
    if request.state != "open" or request.requester_id == me:
        raise Sorry("consults.taken", number=number)
    if talking.busy(ctx.tx, me):
        raise Sorry("consults.one_at_a_time", number=number)
    claims.answer(ctx.tx, number, me, "yes")
    claims.set_state(ctx.tx, number, me, "held", ctx.now)
    requests.move(ctx.tx, request, "claimed", ctx.now, who=me, why="claimed")
    questions.close(ctx.tx, None, "offered", number)
    yield Never(f"consult:{number}:")
    yield words(ctx, request, me)
    three = [request.requester_id, me, *_worker(ctx, request)]
    title = Both(f"咨询 #{number}", f"Consultation #{number}")
    yield from talks.open_talk(ctx, "consult", number, three, title, "consults.opened")
    yield asked_after(ctx, request)
    for waiting in requests.apart(ctx.tx, "consult"):
        doctors = duty.pages(ctx.tx, waiting.place_id, ctx.now, "doctor")
        if waiting.state == "open" and doctors and all(map(_is_busy(ctx), doctors)):
            questions.close(ctx.tx, None, "offered", waiting.number)
            yield from seeking.wait_in_line(ctx, waiting)


def words(ctx: Context, request: Request, doctor: int) -> Effect:
    """Who it is, and what they said: for the doctor alone, and on record."""
    number, resident = request.number, people.get(ctx.tx, request.requester_id)
    requests.tell(ctx.tx, number, ctx.now, "details told", person_id=doctor)
    return ctx.tell(
        doctor,
        "consults.words",
        about=number,
        urgent=True,
        number=number,
        name=showing.name_of(resident),
        phone=resident.phone or Word("requests.no_phone"),
        said=request.text,
    )


def asked_after(ctx: Context, request: Request) -> Later:
    """When the doctor is asked whether it is still going on."""
    number, due = request.number, ctx.now + ctx.rules(request).consults.asks_after
    return Later(f"consult:{number}:stale", due, "consult_stale", number)


def _is_busy(ctx: Context) -> Callable[[int], bool]:
    return lambda person_id: talking.busy(ctx.tx, person_id)


def _worker(ctx: Context, request: Request) -> list[int]:
    """The grid worker who makes the third: whoever opened it, else one who serves there."""
    place_id = request.place_id
    serving = people.serving(ctx.tx, place_id, "community_worker")
    serving += duty.first_pages(ctx.tx, place_id, ctx.now)
    first = request.data.get("worker")
    likely = [first, *serving] if first else serving
    return [
        one
        for one in likely
        if one not in {ctx.who.id, request.requester_id}
        and rosters.reachable(ctx.tx, one)
        and not talking.busy(ctx.tx, one)
    ][:1]


@sentence("open")
def open_it(ctx: Context) -> Iterator[Effect]:
    """`#12 开咨询` by whoever serves there: for the one who asked for #12, or at once."""
    request = naming.must_see(ctx)
    number = request.number
    if not leads(ctx, request):
        raise Sorry("steering.not_yours", number=number)
    if request.kind != "consult":
        yield ctx.tell(ctx.who.id, "consults.opening", about=number, number=number)
        resident, asked_by = request.requester_id, {"about": number, "worker": ctx.who.id}
        yield from seeking.begin(ctx, resident, request.text, **asked_by)
        return
    if request.state != "open":
        raise Sorry("consults.taken", number=number)
    if "doctor" in people.roles_at(ctx.tx, ctx.who.id, request.place_id):
        yield from take(ctx, request)
        return
    data = {**request.data, "worker": ctx.who.id}
    requests.amend(ctx.tx, number, ctx.now, data=data)
    yield ctx.tell(ctx.who.id, "consults.opening", about=number, number=number)
    yield from seeking.seek(ctx, requests.get(ctx.tx, number) or request)


def leads(ctx: Context, request: Request) -> bool:
    """Whether the speaker has an office there, or is on duty."""
    offices = people.roles_at(ctx.tx, ctx.who.id, request.place_id) - {"volunteer", "keeper"}
    return bool(offices) or duty.serves(ctx, ctx.who.id, request.place_id)


def held(ctx: Context) -> Request | None:
    """The consultation that the speaker, its doctor, holds, said where it is held or privately."""
    mine = [
        one
        for one in requests.apart(ctx.tx, "consult")
        if one.state == "claimed" and ctx.who.id in claims.holders(ctx.tx, one.number)
    ]
    if not mine:
        return None
    talk = talking.live(ctx.tx, "consult", mine[0].number)
    there = talk is not None and ctx.room is not None and talk.room_id == ctx.room.id
    return mine[0] if there or not ctx.in_group else None


@sentence("finish", fits=lambda ctx: held(ctx) is not None)
def finish(ctx: Context) -> Iterator[Effect]:
    """`完成`: the talk ends, the doctor writes a note, the next in line has their turn."""
    request = held(ctx)
    if request is None:
        return
    yield from _end(ctx, request, "done")
    if "text" in ctx.slots:
        yield from notes.keep(ctx, request.number, after_the_word(ctx.text))
    else:
        yield notes.ask(request.number, ctx.who.id)


def _end(ctx: Context, request: Request, outcome: str) -> Iterator[Effect]:
    """Closed: nothing is relayed any more; whoever waits next is asked for."""
    number = request.number
    talk = talking.live(ctx.tx, "consult", number)
    if talk is not None:
        doctors = claims.holders(ctx.tx, number)
        known = {request.requester_id, *doctors}
        third = [one for one in talking.members(ctx.tx, talk.id) if one not in known]
        data = {**request.data, "third": third[0] if third else None, "doctor": doctors[0]}
        requests.amend(ctx.tx, number, ctx.now, data=data)
        yield from talks.close_talk(ctx, talk, "consults.over")
    closed: dict[str, Any] = {"outcome": outcome, "closed_at": ctx.now}
    requests.move(ctx.tx, request, "closed", ctx.now, who=None, why=f"closed {outcome}", **closed)
    claims.end_all(ctx.tx, number, "finished", ctx.now)
    for question in ("offered", "colleague"):
        questions.close(ctx.tx, None, question, number)
    yield Never(f"consult:{number}:")
    for waiting in [one for one in requests.apart(ctx.tx, "consult") if one.state == "open"][:1]:
        yield from seeking.seek(ctx, waiting)


@rings("consult_over")
def ended(ctx: Context) -> Iterator[Effect]:
    """One of them said `结束对话`: the doctor is asked for the note."""
    request = requests.get(ctx.tx, ctx.rung.ref)
    if request is None or request.kind != "consult" or request.state != "claimed":
        return
    doctors = claims.holders(ctx.tx, request.number)
    yield from _end(ctx, request, "done")
    for one in doctors:
        yield notes.ask(request.number, one)


@rings("consult_stale")
def gone_quiet(ctx: Context) -> Iterator[Effect]:
    """Open for a day: the doctor is asked; after some more it ends."""
    request = requests.get(ctx.tx, ctx.rung.ref)
    if request is None or request.state != "claimed":
        return
    if ctx.rung.data.get("asked"):
        yield from _end(ctx, request, "unconfirmed")
        return
    number = request.number
    for one in claims.holders(ctx.tx, number):
        yield ctx.tell(one, "consults.going_on", about=number, number=number)
    rule = ctx.rules(request).consults
    due = ctx.now + max(rule.ends - rule.asks_after, timedelta(minutes=1))
    yield Later(f"consult:{number}:stale", due, "consult_stale", number, {"asked": True})


@sentence("call_off", fits=lambda ctx: seeking.own(ctx) is not None)
def not_wanted(ctx: Context) -> Iterator[Effect]:
    """`不用咨询了`."""
    request = seeking.own(ctx)
    if request is not None:
        yield from call_off(ctx, request)


def call_off(ctx: Context, request: Request, *, reply: bool = True) -> Iterator[Effect]:
    """The resident wants it no more; a doctor who holds it hears so."""
    number, doctors = request.number, claims.holders(ctx.tx, request.number)
    yield from _end(ctx, request, "not_needed")
    if reply:
        yield ctx.tell(ctx.who.id, "consults.called_off", about=number, urgent=True, number=number)
    for one in doctors:
        yield ctx.tell(one, "consults.called_off", about=number, urgent=True, number=number)
