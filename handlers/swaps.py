"""Swapping turns of duty by reply: `明晚谁换班?`, `我换`, `周五我值不了`, and who covers a hole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from handlers import gaps, showing, turns
from handlers.duty import pages, turn
from handlers.kit import Ask, Context, Effect, Say, Sorry, ToPerson, answers, sentence
from storage import covers, duty, people, places, questions
from storage.covers import Cover
from storage.duty import Shift

ASKED = {"swap": "claim"}
SOON = timedelta(hours=12)
"""A turn that begins within this time is asked for at once, whatever the hour."""


def _has_turns(ctx: Context) -> bool:
    return bool(duty.of_person(ctx.tx, ctx.who.id, ctx.now, days=turns.AHEAD))


@sentence("offer", fits=_has_turns)
def offer(ctx: Context) -> Iterator[Effect]:
    """`明晚谁换班?`: whoever could is asked; till then the turn stays with the speaker."""
    yield from _put_up(ctx, "offered")


@sentence("cannot", fits=_has_turns)
def cannot(ctx: Context) -> Iterator[Effect]:
    """`周五我值不了`: it is a hole from now on, and the coordinator knows."""
    yield from _put_up(ctx, "absent")


def _put_up(ctx: Context, state: str) -> Iterator[Effect]:
    mine = duty.of_person(ctx.tx, ctx.who.id, ctx.now, days=turns.AHEAD)
    meant = turns.meant(ctx, mine)
    if not meant:
        raise Sorry("swaps.no_turn_then")
    for shift in meant[: turns.MOST]:
        cover_id = covers.put_up(ctx.tx, shift, state)
        could = turns.who_could(ctx, shift)
        values: dict[str, Any] = {"name": showing.name_of(ctx.who), "turn": turn(ctx.tx, shift)}
        for person_id in could:
            yield Ask(
                ToPerson(person_id),
                f"swaps.{state}",
                values,
                urgent=shift.begins - ctx.now < SOON,
                person_id=person_id,
                question="swap",
                ref=cover_id,
                wait=max(shift.ends - ctx.now, timedelta(minutes=1)),
            )
        names = [showing.name_of(people.get(ctx.tx, one)) for one in could]
        key = f"swaps.asking_{state}" if could else f"swaps.nobody_{state}"
        yield ctx.reply(key, turn=values["turn"], names=names)
        if state == "absent" or not could:
            yield from _tell_coordinators(ctx, shift, f"swaps.told_{state}", names=names, **values)
        place = places.get(ctx.tx, shift.place_id)
        if state == "absent" and place is not None:
            gaps.known(ctx, place, shift)
            yield from gaps.plan(ctx, place)


def _tell_coordinators(
    ctx: Context, shift: Shift | Cover, key: str, **values: Any
) -> Iterator[Effect]:
    place_id = shift.place_id if isinstance(shift, Shift) else _turn_of(ctx, shift).place_id
    for person_id in pages(ctx.tx, place_id, ctx.now, "coordinator"):
        if person_id != ctx.who.id:
            yield ctx.tell(person_id, key, **values)


def _asked(ctx: Context) -> Cover | None:
    """The turn of which the speaker was asked last."""
    for question in questions.open_to(ctx.tx, ctx.who.id, ctx.now):
        if question.kind == "swap":
            return covers.get(ctx.tx, question.ref)
    return None


@sentence("take", fits=lambda ctx: _asked(ctx) is not None)
def take(ctx: Context) -> Iterator[Effect]:
    """`我换`: the first who says so has it."""
    cover = _asked(ctx)
    if cover is not None:
        yield from _take(ctx, cover)


@answers("swap", lambda ctx: ctx.reading.act in {"claim", "confirm", "release", "cancel"})
def answer(ctx: Context) -> Iterator[Effect]:
    """Yes takes the turn; no is taken kindly."""
    cover = covers.get(ctx.tx, ctx.asked.ref)
    if ctx.reading.act in {"release", "cancel"}:
        yield ctx.reply("claims.another_time")
    elif cover is not None:
        yield from _take(ctx, cover)


def _take(ctx: Context, cover: Cover) -> Iterator[Effect]:
    shift = _turn_of(ctx, cover)
    if ctx.who.id not in turns.who_could(ctx, shift):
        raise Sorry("swaps.have_one_then", turn=turn(ctx.tx, shift))
    yield from _moved(ctx, cover, ctx.who.id)


def _moved(ctx: Context, cover: Cover, taker: int) -> Iterator[Effect]:
    """It is theirs, if nobody was faster: both, the coordinator and all who were asked hear it."""
    if not covers.take(ctx.tx, cover, taker):
        now = covers.get(ctx.tx, cover.id) or cover
        raise Sorry("swaps.gone", name=showing.name_of(people.get(ctx.tx, now.holder_id)))
    shift = _turn_of(ctx, cover)
    giver, helper = people.get(ctx.tx, cover.holder_id), people.get(ctx.tx, taker)
    names = {"giver": showing.name_of(giver), "name": showing.name_of(helper)}
    values: dict[str, Any] = {**names, "turn": turn(ctx.tx, shift)}
    others = questions.asked(ctx.tx, "swap", cover.id)
    questions.close(ctx.tx, None, "swap", cover.id)
    soon = shift.begins - ctx.now < SOON
    if taker == ctx.who.id:
        yield ctx.reply("swaps.yours", **values)
    else:
        yield Say(ToPerson(taker), "swaps.given_you", values, urgent=soon)
    if duty.reachable(ctx.tx, giver.id):
        yield Say(ToPerson(giver.id), "swaps.off_you", values, urgent=soon)
    yield from _tell_coordinators(ctx, shift, "swaps.moved", **values)
    for person_id in others:
        if person_id not in {taker, giver.id}:
            yield ctx.tell(person_id, "swaps.taken", **values)


def _turn_of(ctx: Context, cover: Cover) -> Shift:
    """The turn as it stands; Sorry where the roster has changed and it is none any more."""
    found = turns.of_cover(ctx.tx, cover)
    if found is None:
        raise Sorry("swaps.no_more")
    return found


@sentence("keep", fits=lambda ctx: bool(_own_open(ctx)))
def keep(ctx: Context) -> Iterator[Effect]:
    """`不换了`: the speaker serves after all."""
    for cover in _own_open(ctx):
        if covers.keep(ctx.tx, cover.id):
            kept = turn(ctx.tx, _turn_of(ctx, cover))
            values: dict[str, Any] = {"turn": kept, "name": showing.name_of(ctx.who)}
            others = questions.asked(ctx.tx, "swap", cover.id)
            questions.close(ctx.tx, None, "swap", cover.id)
            yield ctx.reply("swaps.kept", **values)
            for person_id in others:
                yield ctx.tell(person_id, "swaps.kept_told", **values)
            if cover.state == "absent":
                yield from _tell_coordinators(ctx, cover, "swaps.kept_told", **values)


def _own_open(ctx: Context) -> list[Cover]:
    every = covers.every(ctx.tx).values()
    mine = [one for one in every if one.holder_id == ctx.who.id and one.state in covers.OPEN]
    return [one for one in mine if turns.of_cover(ctx.tx, one) is not None]


def _planned(ctx: Context) -> set[int]:
    """The places whose rosters the speaker plans."""
    return {at for at, _ in duty.rosters(ctx.tx) if turns.plans_for(ctx, at)}


@sentence("cover", fits=lambda ctx: bool(_planned(ctx)))
def cover_it(ctx: Context) -> Iterator[Effect]:
    """`周五夜班由小赵值`: the coordinator gives a turn, or hours without one, to somebody."""
    place_ids = _planned(ctx)
    person_id = turns.named(ctx, ctx.slots["name"])
    coming = [one for one in duty.coming(ctx.tx, ctx.now, turns.AHEAD) if one.place_id in place_ids]
    meant = [one for one in turns.meant(ctx, coming) if one.duty == "duty"]
    # Where somebody has said that they cannot, that turn is meant and no other of the day.
    weak = [one for one in meant if one.absent or not duty.reachable(ctx.tx, one.person_id)]
    for shift in weak or meant:
        state = "absent" if shift.absent else "offered"
        cover = covers.get(ctx.tx, covers.put_up(ctx.tx, shift, state))
        if cover is not None and shift.person_id != person_id:
            yield ctx.reply("swaps.arranged", name=_name(ctx, person_id), turn=turn(ctx.tx, shift))
            yield from _moved(ctx, cover, person_id)
    if not meant:
        yield from _fill(ctx, min(place_ids), person_id)


def _fill(ctx: Context, place_id: int, person_id: int) -> Iterator[Effect]:
    """No roster has anybody then: a turn of its own for those hours."""
    place = places.get(ctx.tx, place_id)
    shift = turns.one_off(ctx, place, person_id) if place is not None else None
    if shift is None:
        raise Sorry("swaps.no_turn_then")
    values: dict[str, Any] = {"name": _name(ctx, person_id), "turn": turn(ctx.tx, shift)}
    yield ctx.reply("swaps.arranged", **values)
    yield ctx.tell(person_id, "swaps.given_you", giver="", **values)


def _name(ctx: Context, person_id: int) -> object:
    return showing.name_of(people.get(ctx.tx, person_id))
