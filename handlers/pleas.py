"""From plain words to a request: sure, unsure, heard late, without a place, or said before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from handlers import medicine, sameness, showing
from handlers.essentials import ask_where
from handlers.gifts import give
from handlers.kit import Ask, Context, Effect, Sorry, ToPerson, Word, answers, hears
from handlers.reading import from_json
from handlers.recording import known, only_building, place_of, record, refuse_flood
from handlers.requests import make, start
from storage import people, places, requests
from storage.places import Place

ASKED = {"where": "where", "still": "yes_no", "really": "yes_no", "same": "same"}


@hears("need", "report")
def plea(ctx: Context) -> Iterator[Effect]:
    """Somebody needs something, or something is broken: give it a number and start."""
    place = place_of(ctx, ctx.reading)
    if place is None:
        yield ask_where(ctx)
        return
    refuse_flood(ctx)
    if ctx.late:
        yield from _ask_still(ctx, place)
        return
    twin = sameness.twin(ctx, place.id)
    if twin is not None:
        if sameness.is_asked(ctx, twin):
            return
        yield sameness.question(ctx, twin, ctx.reading, ctx.text)
        return
    yield from make(ctx, ctx.reading, ctx.text, place)


def _names_place(ctx: Context) -> bool:
    return bool(ctx.reading.place) or ctx.text.strip().rstrip("号楼栋幢#").isdigit()


@answers("where", _names_place)
def told_where(ctx: Context) -> Iterator[Effect]:
    """The building was missing: with it, the plea goes its way."""
    spot = ctx.reading.place
    if not spot.building:
        spot = type(spot)(building=ctx.text.strip().rstrip("号楼栋幢#") or None, text=ctx.text)
    reading = from_json(ctx.asked.data["reading"]).but(place=spot)
    place = places.building(ctx.tx, ctx.place.id if ctx.place else None, spot.building or "")
    place = place or only_building(ctx, spot.building)
    if place is None:
        raise Sorry("requests.no_such_building", said=ctx.text[:30])
    if ctx.who.place_id is None:
        people.change(ctx.tx, ctx.who.id, place_id=place.id, unit=spot.unit, room=spot.room)
        ctx.speaker = people.get(ctx.tx, ctx.who.id)
    begin = give if reading.act == "offer" else make
    yield from begin(ctx, reading, ctx.asked.data["text"], place)


def _ask_still(ctx: Context, place: Place) -> Iterator[Effect]:
    """Heard late: it may be over by now."""
    request = record(ctx, ctx.reading, ctx.text, place, kind="need")
    requests.move(ctx.tx, request, "triage", ctx.now, who=None, why="heard late")
    said_at = ctx.message.at if ctx.message else ctx.now
    yield Ask(
        ToPerson(ctx.who.id),
        "requests.still_needed",
        {**showing.openly(ctx, request), "said_at": said_at},
        about=request.number,
        direct=True,
        person_id=ctx.who.id,
        question="still",
        ref=request.number,
    )


@answers("still", lambda ctx: ctx.reading.act in {"confirm", "cancel", "need", "release"})
def still_or_not(ctx: Context) -> Iterator[Effect]:
    """A plea heard late: still needed, or over."""
    request = known(ctx, ctx.asked.ref)
    if request.state != "triage":
        return
    if ctx.reading.act in {"cancel", "release"}:
        moved: dict[str, Any] = {"outcome": "not_needed", "closed_at": ctx.now}
        requests.move(ctx.tx, request, "closed", ctx.now, who=ctx.who.id, why="over", **moved)
        yield ctx.reply("requests.glad_over", about=request.number, number=request.number)
        return
    requests.move(ctx.tx, request, "open", ctx.now, who=ctx.who.id, why="still needed")
    yield from start(ctx, known(ctx, request.number))


@hears("unsure", sure=0.0)
def perhaps(ctx: Context) -> Iterator[Effect]:
    """Not sure that this was a plea: one short question, privately."""
    if ctx.reading.act not in {"need", "report"} or ctx.late:
        yield from medicine.say_where_instead(ctx)
        return
    yield Ask(
        ToPerson(ctx.who.id),
        "requests.really",
        {"kind": Word(f"kinds.{ctx.reading.category or 'other'}")},
        person_id=ctx.who.id,
        question="really",
        data={"reading": ctx.reading.as_json(), "text": ctx.text},
        wait=timedelta(minutes=30),
    )


@answers("really", lambda ctx: ctx.reading.act in {"confirm", "cancel", "release"})
def really(ctx: Context) -> Iterator[Effect]:
    """Yes: it is a plea. No: forget it."""
    if ctx.reading.act != "confirm":
        yield ctx.reply("requests.never_mind")
        return
    reading = from_json(ctx.asked.data["reading"])
    place = place_of(ctx, reading)
    if place is None:
        yield ask_where(ctx)
        return
    yield from make(ctx, reading, ctx.asked.data["text"], place)


@answers("same", lambda ctx: ctx.reading.act in {"confirm", "cancel", "release"})
def same_or_not(ctx: Context) -> Iterator[Effect]:
    """Yes joins; no makes a request of its own."""
    number = ctx.asked.ref
    if ctx.reading.act == "confirm":
        other = requests.get(ctx.tx, number)
        if other is not None and other.state == "closed":
            raise showing.over(other)
        if other is not None and other.requester_id != ctx.who.id:
            requests.follow(ctx.tx, number, ctx.who.id)
        requests.tell(ctx.tx, number, ctx.now, "joined", person_id=ctx.who.id)
        yield ctx.reply("sameness.joined", about=number, number=number)
        return
    reading = from_json(ctx.asked.data["reading"])
    place = place_of(ctx, reading) or places.get(ctx.tx, ctx.who.place_id)
    if place is not None:
        yield from make(ctx, reading, ctx.asked.data["text"], place)
