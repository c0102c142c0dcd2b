"""What the doctor leaves in writing: passed on word for word, and kept for the three."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from handlers import showing
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
from storage import requests

ASKED = {"note": "what"}
_TO_THE_BOT = frozenset({"claim", "release", "done", "arrived", "command"})


def ask(number: int, doctor: int) -> Ask:
    return Ask(
        ToPerson(doctor),
        "consults.note",
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
    request = requests.get(ctx.tx, number)
    if request is None:
        return
    data = {**request.data, "note": text, "doctor": ctx.who.id}
    requests.amend(ctx.tx, number, ctx.now, data=data)
    yield ctx.tell(ctx.who.id, "consults.note_kept", about=number, urgent=True, number=number)
    values = {"number": number, "name": showing.name_of(ctx.who), "text": text}
    for one in {request.requester_id, request.data.get("third")} - {None, ctx.who.id}:
        yield ctx.tell(int(one or 0), "consults.doctors_note", about=number, urgent=True, **values)


@sentence("notes", fits=lambda ctx: not ctx.in_group)
def notes(ctx: Context) -> Iterator[Effect]:
    """`#12 小结`: only for the three who took part."""
    request = requests.get(ctx.tx, int(ctx.slots["number"]))
    data = request.data if request is not None else {}
    part = {request.requester_id, data.get("doctor"), data.get("third")} if request else set()
    if request is None or request.kind != "consult" or ctx.who.id not in part or "note" not in data:
        raise Sorry("requests.unknown", number=int(ctx.slots["number"]))
    name = seeking.name_of(ctx, int(data["doctor"]))
    number, text = request.number, str(data["note"])
    yield ctx.reply("consults.doctors_note", about=number, number=number, name=name, text=text)


def after_the_word(text: str) -> str:
    """The note as the doctor wrote it."""
    for mark in "：:，,":
        _, found, after = text.partition(mark)
        if found:
            return after.strip()
    return text
