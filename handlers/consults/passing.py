"""A consultation in other hands: given to a colleague by name, or at the end of the doctor's turn.

Until the colleague agrees it stays with the doctor who has it, so that nobody is left unanswered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from handlers import duty, showing, talks
from handlers.consults import holding, notes, seeking
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
from handlers.sentences import after_the_word
from storage import claims, people, places, questions, requests
from storage import duty as rosters
from storage import talks as talking
from storage.people import Person
from storage.requests import Request

ASKED = {"colleague": "claim"}
_TITLES = ("doctor ", "dr. ", "dr ")


def _meant(ctx: Context) -> Request | None:
    """The consultation of which a doctor, or privately whoever leads there, says this."""
    mine = holding.held(ctx)
    if "number" not in ctx.slots or (mine and mine.number == int(ctx.slots["number"])):
        return mine
    named = None if ctx.in_group else showing.here(ctx, int(ctx.slots["number"]))
    return named if named is not None and named.kind == "consult" else None


@sentence("hand_on", fits=lambda ctx: _meant(ctx) is not None)
def hand_on_with_a_note(ctx: Context) -> Iterator[Effect]:
    """`咨询交给张医生：血压高，刚换药`."""
    request = _meant(ctx)
    if request is not None:
        note = after_the_word(ctx.text) if "text" in ctx.slots else ""
        yield from hand_on(ctx, request, ctx.slots["name"], note)


def hand_on(ctx: Context, request: Request, name: str, note: str = "") -> Iterator[Effect]:
    """`#12 交给张医生` by its doctor or by whoever serves there: the colleague is asked."""
    number, doctors = request.number, claims.holders(ctx.tx, request.number)
    if ctx.who.id not in doctors and not holding.leads(ctx, request):
        raise Sorry("steering.not_yours", number=number)
    if request.state not in {"open", "claimed"}:
        raise showing.over(request)
    colleague = _colleague(ctx, request, name)
    called = showing.name_of(colleague)
    if talking.busy(ctx.tx, colleague.id):
        raise Sorry("consults.is_busy", name=called)
    yield ctx.reply("consults.asking", about=number, number=number, name=called)
    if not doctors:
        yield seeking.invitation(ctx, request, colleague.id, urgent=True)
        return
    data = {"to": colleague.id, "asked_by": ctx.who.id, "note": note}
    yield from _ask(ctx, request, doctors[0], data)


def _colleague(ctx: Context, request: Request, name: str) -> Person:
    """The other doctor there who is called so; Sorry if it is none, or could be several."""
    serving = people.serving(ctx.tx, request.place_id, "doctor")
    taken = {request.requester_id, *claims.holders(ctx.tx, request.number)}
    doctors = [people.get(ctx.tx, one) for one in serving if one not in taken]
    found = [one for one in doctors if _is_called(one, name) and rosters.reachable(ctx.tx, one.id)]
    if not found:
        raise Sorry("consults.no_such_doctor", name=name)
    if len(found) > 1:
        raise Sorry("consults.which_doctor", names=[showing.name_of(one) for one in found])
    return found[0]


def _is_called(doctor: Person, name: str) -> bool:
    """`张医生`, `张伟`, `Doctor Zhang`, `Zhang Wei`."""
    said = name.lower()
    if said in {doctor.name.lower(), doctor.name_en.lower()}:
        return True
    for title in _TITLES:
        said = said.removeprefix(title)
    said = said.removesuffix("医生").removesuffix("大夫")
    own = doctor.name.lower().removesuffix("医生").removesuffix("大夫")
    return bool(said) and (own.startswith(said) or said in doctor.name_en.lower().split())


def _ask(ctx: Context, request: Request, doctor: int, data: dict[str, Any]) -> Iterator[Effect]:
    """Ask a colleague, and look after a while whether they have answered."""
    number, to = request.number, int(data["to"])
    data = {**data, "from": doctor}
    requests.tell(ctx.tx, number, ctx.now, "paged", person_id=to, note="doctor")
    yield Ask(
        ToPerson(to),
        "consults.colleague",
        {
            "number": number,
            "name": seeking.name_of(ctx, doctor),
            "place": showing.place_name(places.get(ctx.tx, request.place_id)),
        },
        about=number,
        urgent=True,
        person_id=to,
        question="colleague",
        ref=number,
        data=data,
    )
    due = ctx.now + ctx.rules(request).consults.answer
    yield Later(f"consult:{number}:colleague", due, "consult_colleague", number, data)


@answers("colleague", lambda ctx: ctx.reading.act in {"claim", "confirm", "release", "cancel"})
def answered(ctx: Context) -> Iterator[Effect]:
    """The colleague takes it over, or not."""
    request, data = requests.get(ctx.tx, ctx.asked.ref), ctx.asked.data
    if request is None:
        return
    number, doctor = request.number, int(data["from"])
    if ctx.reading.act in {"release", "cancel"}:
        yield ctx.reply("claims.another_time")
        yield from _not_taken(ctx, request, data)
        return
    if request.state != "claimed" or doctor not in claims.holders(ctx.tx, number):
        raise Sorry("consults.taken", number=number)
    if talking.busy(ctx.tx, ctx.who.id):
        raise Sorry("consults.one_at_a_time", number=number)
    yield from _taken(ctx, request, doctor, str(data.get("note", "")))


def _taken(ctx: Context, request: Request, doctor: int, note: str) -> Iterator[Effect]:
    """The talk goes on without the one and with the other, who hears what was left in writing."""
    number, me = request.number, ctx.who.id
    claims.set_state(ctx.tx, number, doctor, "handed_on", ctx.now)
    claims.set_state(ctx.tx, number, me, "held", ctx.now)
    note_of = people.get(ctx.tx, doctor).name
    requests.tell(ctx.tx, number, ctx.now, "handed on", person_id=me, note=note_of)
    yield Never(f"consult:{number}:")
    old, new = seeking.name_of(ctx, doctor), showing.name_of(ctx.who)
    third: list[int] = []
    if (talk := talking.live(ctx.tx, "consult", number)) is not None:
        known = {request.requester_id, doctor, me}
        third = [one for one in talking.members(ctx.tx, talk.id) if one not in known]
        yield from talks.close_talk(ctx, talk, "consults.passed", number=number, old=old, new=new)
    yield holding.words(ctx, request, me)
    title = Both(f"咨询 #{number}", f"Consultation #{number}")
    three = [request.requester_id, me, *third]
    yield from talks.open_talk(ctx, "consult", number, three, title, "consults.goes_on")
    yield holding.asked_after(ctx, request)
    if note:
        yield from notes.hand_on(ctx, number, doctor, note)
    else:
        yield notes.ask(number, doctor, "consults.note_for_next")


def _not_taken(ctx: Context, request: Request, data: dict[str, Any]) -> Iterator[Effect]:
    """At the end of a turn the next doctor is asked; else it stays, and those concerned hear so."""
    number, doctor = request.number, int(data["from"])
    if request.state != "claimed" or doctor not in claims.holders(ctx.tx, number):
        return
    yield Never(f"consult:{number}:colleague")
    questions.close(ctx.tx, None, "colleague", number)
    if "tried" in data:
        tried = [*data["tried"], data["to"]] if "to" in data else []
        yield from _relieve(ctx, request, doctor, tried)
        return
    name = seeking.name_of(ctx, int(data["to"]))
    for one in {doctor, int(data["asked_by"])}:
        yield ctx.tell(one, "consults.not_taken", about=number, number=number, name=name)


@rings("consult_colleague")
def no_answer(ctx: Context) -> Iterator[Effect]:
    """The colleague has not answered, or the next turn of a doctor begins."""
    request = requests.get(ctx.tx, ctx.rung.ref)
    if request is not None:
        yield from _not_taken(ctx, request, dict(ctx.rung.data))


def turn_ends(ctx: Context, place_id: int, leaver: int) -> Iterator[Effect]:
    """A doctor's turn is over: what they hold is offered on, who waits for them asks the next."""
    within = places.within(ctx.tx, place_id)
    for request in requests.apart(ctx.tx, "consult"):
        if request.place_id not in within:
            continue
        if leaver in claims.holders(ctx.tx, request.number):
            yield from _relieve(ctx, request, leaver, [])
        elif request.state == "open" and _on_call(ctx, request, leaver):
            yield from seeking.seek(ctx, request)


def _on_call(ctx: Context, request: Request, leaver: int) -> list[int]:
    """Doctors on duty now who could have it."""
    found = duty.pages(ctx.tx, request.place_id, ctx.now, "doctor")
    return [one for one in found if one not in {leaver, request.requester_id}]


def _relieve(ctx: Context, request: Request, doctor: int, tried: Sequence[int]) -> Iterator[Effect]:
    """Ask the next doctor on duty; where there is none, everybody knows how it stands."""
    number, old = request.number, seeking.name_of(ctx, doctor)
    free = [
        one
        for one in _on_call(ctx, request, doctor)
        if one not in tried and not talking.busy(ctx.tx, one)
    ]
    if free:
        new = seeking.name_of(ctx, free[0])
        if not tried:
            yield seeking.to_resident(
                ctx, request, "consults.turn_over", number=number, old=old, new=new
            )
        yield ctx.tell(doctor, "consults.relieving", about=number, number=number, name=new)
        yield from _ask(ctx, request, doctor, {"to": free[0], "tried": list(tried)})
        return
    yield ctx.tell(doctor, "consults.still_yours", about=number, urgent=True, number=number)
    again = seeking.next_shift(ctx, request.place_id)
    key = "consults.nobody_next_until" if again else "consults.nobody_next"
    yield seeking.to_resident(ctx, request, key, number=number, old=old, at=again or ctx.now)
    for one in duty.first_pages(ctx.tx, request.place_id, ctx.now)[:1]:
        if one not in {doctor, request.requester_id}:
            requests.tell(ctx.tx, number, ctx.now, "paged", person_id=one, note="duty")
            resident = seeking.name_of(ctx, request.requester_id)
            values = {"number": number, "name": resident, "doctor": old}
            yield ctx.tell(one, "consults.needs_doctor", about=number, urgent=True, **values)
    if again is not None:
        data = {"from": doctor, "tried": []}
        yield Later(f"consult:{number}:colleague", again, "consult_colleague", number, data)


def doctor_gone(ctx: Context, request: Request, doctor: int) -> Iterator[Effect]:
    """The doctor cannot go on, and has given it back already: another one is sought at once."""
    number, old = request.number, seeking.name_of(ctx, doctor)
    yield Never(f"consult:{number}:")
    questions.close(ctx.tx, None, "colleague", number)
    if (talk := talking.live(ctx.tx, "consult", number)) is not None:
        yield from talks.close_talk(ctx, talk, "consults.doctor_gone", number=number, old=old)
    requests.move(ctx.tx, request, "open", ctx.now, who=doctor, why="open again")
    yield from seeking.seek(ctx, requests.get(ctx.tx, number) or request)
