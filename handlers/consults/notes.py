"""What the doctor leaves in writing: passed on word for word, and kept for the three."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from handlers.consults import seeking
from handlers.kit import (
    Ask,
    Context,
    Effect,
    Sorry,
    ToPerson,
    answers,
    sentence,
)
from storage import claims, requests
from storage import talks as talking
from storage.requests import Request

ASKED = {"note": "what"}
_TO_THE_BOT = frozenset({"claim", "release", "done", "arrived", "command"})


def ask(number: int, doctor: int, key: str = "consults.note") -> Ask:
    """For the end, or, with another ``key``, for the colleague who goes on."""
    return Ask(
        ToPerson(doctor),
        key,
        {"number": number},
        about=number,
        urgent=True,
        direct=True,
        person_id=doctor,
        question="note",
        ref=number,
        wait=timedelta(hours=24),
    )


@answers("note", lambda ctx: not ctx.in_group and ctx.reading.act not in _TO_THE_BOT)
def note(ctx: Context) -> Iterator[Effect]:
    """The doctor's note, word for word; `不写` leaves it out."""
    if ctx.reading.act == "cancel" or ctx.text.strip() in {"不写", "不用", "none", "no note"}:
        yield ctx.reply("consults.no_note", about=ctx.asked.ref, number=ctx.asked.ref)
        return
    yield from keep(ctx, ctx.asked.ref, ctx.text.strip())


def keep(ctx: Context, number: int, text: str) -> Iterator[Effect]:
    """The note of the doctor who speaks: to the others at once; whoever goes on is one of them."""
    request = requests.get(ctx.tx, number)
    if request is None:
        return
    if ctx.who.id not in {request.data.get("doctor"), *claims.holders(ctx.tx, number)}:
        yield from hand_on(ctx, number, ctx.who.id, text)
    else:
        data = {**request.data, "note": text, "doctor": ctx.who.id}
        requests.amend(ctx.tx, number, ctx.now, data=data)
        yield from _to_the_others(ctx, request, ctx.who.id, text)
    yield ctx.tell(ctx.who.id, "consults.note_kept", about=number, urgent=True, number=number)


def hand_on(ctx: Context, number: int, doctor: int, text: str) -> Iterator[Effect]:
    """What a doctor leaves for the one who goes on."""
    request = requests.get(ctx.tx, number)
    if request is None:
        return
    before = [*request.data.get("before", ()), {"doctor": doctor, "text": text}]
    requests.amend(ctx.tx, number, ctx.now, data={**request.data, "before": before})
    yield from _to_the_others(ctx, request, doctor, text)


def _to_the_others(ctx: Context, request: Request, doctor: int, text: str) -> Iterator[Effect]:
    number, name = request.number, seeking.name_of(ctx, doctor)
    part = {request.requester_id, *_colleagues(ctx, request)}
    for one in sorted(part - {doctor}):
        values = {"number": number, "name": name, "text": text}
        yield ctx.tell(one, "consults.doctors_note", about=number, urgent=True, **values)


def _colleagues(ctx: Context, request: Request) -> set[int]:
    """Who talks with the resident, or did to the end."""
    talk = talking.live(ctx.tx, "consult", request.number)
    if talk is not None:
        return set(talking.members(ctx.tx, talk.id))
    third, doctor = request.data.get("third"), request.data.get("doctor")
    return {int(one) for one in (third, doctor) if one is not None}


@sentence("notes", fits=lambda ctx: not ctx.in_group)
def notes(ctx: Context) -> Iterator[Effect]:
    """`#12 小结`: only for those who take part; what earlier doctors left comes first."""
    number = int(ctx.slots["number"])
    request = requests.get(ctx.tx, number)
    if request is None or request.kind != "consult":
        raise Sorry("requests.unknown", number=number)
    left = list(request.data.get("before", ()))
    if "note" in request.data:
        left.append({"doctor": request.data["doctor"], "text": request.data["note"]})
    part = {request.requester_id, *_colleagues(ctx, request)}
    if ctx.who.id not in part or not left:
        raise Sorry("requests.unknown", number=number)
    for one in left:
        name, text = seeking.name_of(ctx, int(one["doctor"])), str(one["text"])
        yield ctx.reply("consults.doctors_note", about=number, number=number, name=name, text=text)
