"""Giving a task back, or losing it by silence: the stand-by takes over, or it is open again."""

from __future__ import annotations

from collections.abc import Iterator

from handlers import consults, disputes, naming, offering, patience, promises, showing
from handlers.claims import ask_nod, hand_over, has_enough, is_new_here
from handlers.kit import Context, Effect, hears, rings
from storage import claims, people, requests


@hears("release")
def give_back(ctx: Context) -> Iterator[Effect]:
    """The helper cannot: the stand-by takes over, or it is open again; nobody is blamed."""
    person_id = ctx.who.id
    number = naming.held(ctx)
    if number is None:
        waiting = _standing_by(ctx)
        for one in waiting:
            claims.set_state(ctx.tx, one, person_id, "given_back", ctx.now)
            yield ctx.reply("claims.given_back", about=one, number=one)
        if not waiting and not ctx.in_group:
            yield ctx.reply("lists.tasks_none")
        return
    yield from give_up(ctx, number)


def give_up(ctx: Context, number: int) -> Iterator[Effect]:
    """The speaker gives this task back."""
    yield ctx.reply("claims.given_back", about=number, number=number)
    yield from lost(ctx, number, ctx.who.id, "given_back")


def _standing_by(ctx: Context) -> list[int]:
    """Numbers the speaker names and only stands by for."""
    number = ctx.reading.refers or ctx.quoted_number
    standing = number is not None and (ctx.who.id) in claims.standby(ctx.tx, number)
    return [number] if number is not None and standing else []


@rings("lost")
def wear_off(ctx: Context) -> Iterator[Effect]:
    """Still no word: it passes to the stand-by, or is open again."""
    number, person_id = ctx.rung.ref, int(ctx.rung.data["person"])
    if person_id not in claims.holders(ctx.tx, number):
        return
    yield ctx.tell(person_id, "patience.passed_on", about=number, number=number)
    yield from lost(ctx, number, person_id, "worn_off")


def lost(ctx: Context, number: int, person_id: int, how: str) -> Iterator[Effect]:
    """A place in the task is free again: given back or worn off."""
    claims.set_state(ctx.tx, number, person_id, how, ctx.now)
    request = requests.get(ctx.tx, number)
    if request is None or request.state in {"done", "closed"}:
        return
    yield from patience.over(ctx, number, person_id)
    requests.tell(ctx.tx, number, ctx.now, how, person_id=person_id)
    if request.kind == "consult":
        yield from consults.doctor_gone(ctx, request, person_id)
        return
    if showing.is_dispute(request):
        yield from disputes.talk_stops(ctx, request)
    if claims.holders(ctx.tx, number) == [] and request.state != "open":
        back = "open" if request.state in requests.IN_HAND else request.state
        if back != request.state:
            requests.move(ctx.tx, request, back, ctx.now, who=person_id, why="open again")
        request = requests.get(ctx.tx, number) or request
        yield from promises.lost(ctx, request)
    for next_one in claims.standby(ctx.tx, number):
        helper = people.get(ctx.tx, next_one)
        if helper.left_at is not None or has_enough(ctx, helper, request):
            continue
        if is_new_here(ctx, helper, request):
            yield from ask_nod(ctx, request, helper)
            continue
        yield from hand_over(ctx, request, next_one)
        return
    if request.state == "waiting":
        return
    for one in (request.requester_id, *requests.followers(ctx.tx, number)):
        danger = request.kind == "emergency"
        key = "emergencies.next_one" if danger else "claims.looking_again"
        yield ctx.tell(one, key, about=number, urgent=danger, **showing.openly(ctx, request))
    group = showing.room_of(ctx, request)
    # What is not urgent is first asked privately again; the group hears if nobody comes forward.
    urgent = request.urgency == "urgent"
    if group is not None and urgent and not showing.is_hushed(request):
        values = showing.aloud(ctx, request)
        yield ctx.post(group, "claims.open_again", about=number, urgent=True, **values)
    yield from offering.begin(ctx, request)
