"""Out of the box: handed over, fetched, not needed after all, or the time of the hold is over."""

from __future__ import annotations

from collections.abc import Iterator

from handlers import claims as claiming
from handlers import requests as beginning
from handlers import settling, showing
from handlers.kit import Context, Effect, Later, Never, Sorry, rings, sentence
from handlers.medicine import desk, pickup
from handlers.medicine.looking import is_urgent, serve_next
from handlers.medicine.picking import Held, held_now, things, today_at
from storage import boxes, claims, holds, people, promises, requests
from storage.boxes import Reservation
from storage.people import Person
from storage.requests import Request

OVER = ("done", "closed")


def delivered(ctx: Context, request: Request) -> Iterator[Effect]:
    """It reached whoever asked: what was held goes out of the books."""
    who = ctx.speaker.id if ctx.speaker else request.requester_id
    _take_out(ctx, request.number, who, note=None)
    yield Never(f"medicine:hold:{request.number}:")


def is_held(ctx: Context, request: Request) -> bool:
    """Whether something of the boxes waits for this request, or has been handed out for it."""
    states = ("held", "handed")
    return any(holds.held(ctx.tx, request.number, state) for state in states)


def _take_out(ctx: Context, number: int, who: int, note: str | None) -> bool:
    """Hand over what is held, or what was held and is still free; False if there was nothing."""
    held = holds.held(ctx.tx, number)
    if not held and not holds.held(ctx.tx, number, "handed"):
        # Carried past the end of the hold: it is out of the box all the same.
        for one in holds.held(ctx.tx, number, "lapsed"):
            holds.reserve(ctx.tx, one.lot_id, number, one.quantity, ctx.now)
        held = holds.held(ctx.tx, number)
    held = [one for one in held if not _is_over(ctx, one)]
    for one in held:
        holds.hand_over(ctx.tx, one, ctx.now, person_id=who, note=note, mid=desk.mid(ctx))
    if held:
        requests.tell(ctx.tx, number, ctx.now, "handed out", person_id=who, note=note)
    return bool(held)


def _is_over(ctx: Context, held: Reservation) -> bool:
    """Its last good day passed while it was held: it stays in the box, for nobody."""
    lot = boxes.of_lot(ctx.tx, held.lot_id)
    place = boxes.get(ctx.tx, lot.box_id).place_id
    over = lot.expiry is not None and lot.expiry < today_at(ctx.tx, place, ctx.now)
    if over:
        holds.release(ctx.tx, held)
    return over


def freed(ctx: Context, request: Request) -> Iterator[Effect]:
    """Not needed after all: back on the shelf, and to whoever asked next."""
    yield Never(f"medicine:hold:{request.number}:")
    held = held_now(ctx, request.number)
    if not held:
        return
    for one in holds.held(ctx.tx, request.number):
        holds.release(ctx.tx, one)
    yield from _put_back(ctx, request.number, held, "medicine.put_back")
    yield from serve_next(ctx, [one.item for one in held], but=request.number)


def _put_back(ctx: Context, number: int, held: list[Held], key: str) -> Iterator[Effect]:
    """The keepers hear that what they got ready need not be kept."""
    for keeper in dict.fromkeys(one.keeper_id for one in held if one.keeper_id):
        if ctx.speaker is None or keeper != ctx.speaker.id:
            mine = things(one for one in held if one.keeper_id == keeper)
            yield ctx.tell(keeper, key, about=number, number=number, found=mine)


@rings("medicine_hold")
def hold_over(ctx: Context) -> Iterator[Effect]:
    """The time of a hold has come: it goes on while somebody carries it, else it ends."""
    number = ctx.rung.ref
    request, held = requests.get(ctx.tx, number), held_now(ctx, number)
    if request is None or not held:
        return
    if claims.holders(ctx.tx, number):
        until = ctx.now + ctx.rules(request).medicine.hold
        holds.extend(ctx.tx, number, until)
        yield Later(ctx.rung.key, until, "medicine_hold", number)
        return
    for one in holds.held(ctx.tx, number):
        holds.lapse(ctx.tx, one)
    requests.tell(ctx.tx, number, ctx.now, "hold over")
    yield ctx.tell(
        request.requester_id,
        "medicine.lapsed",
        about=number,
        urgent=is_urgent(request),
        number=number,
        found=things(held),
    )
    yield from _put_back(ctx, number, held, "medicine.lapsed_keeper")
    yield from serve_next(ctx, [one.item for one in held], but=number)


@sentence("fetch", fits=lambda ctx: _waiting(ctx) is not None)
def fetch(ctx: Context) -> Iterator[Effect]:
    """The one who asked comes to the box: nobody need carry it."""
    request = _waiting(ctx)
    if request is None:
        return
    number, held = request.number, held_now(ctx, request.number)
    if request.state in {"open", "reopened"}:
        requests.move(ctx.tx, request, "waiting", ctx.now, who=ctx.who.id, why="fetches it")
        yield Never(f"unclaimed:{number}:")
    # Whoever comes for it is owed nothing at the door.
    yield from _not_owed(ctx, number, "at_door")
    code = pickup.code_of(request)
    yield ctx.reply("medicine.come", about=number, number=number, until=held[0].until, code=code)
    name = showing.name_of(ctx.who)
    for keeper in dict.fromkeys(one.keeper_id for one in held if one.keeper_id):
        mine = things(one for one in held if one.keeper_id == keeper)
        yield ctx.tell(
            keeper,
            "medicine.comes",
            about=number,
            urgent=is_urgent(request),
            number=number,
            found=mine,
            name=name,
        )


@sentence("again", fits=lambda ctx: _lapsed(ctx) is not None)
def again(ctx: Context) -> Iterator[Effect]:
    """Still needed after the hold was over: look once more, and ask somebody to carry it."""
    request = _lapsed(ctx)
    if request is None:
        return
    if request.state == "waiting":
        requests.move(ctx.tx, request, "open", ctx.now, who=ctx.who.id, why="still needed")
    yield from _not_owed(ctx, request.number, "found", "at_door")  # the clock begins anew
    yield from beginning.start(ctx, requests.get(ctx.tx, request.number) or request)


def _not_owed(ctx: Context, number: int, *kinds: str) -> Iterator[Effect]:
    promises.drop(ctx.tx, number, kinds, ctx.now)
    for kind in kinds:
        yield Never(f"promise:{number}:{kind}:")


def _lapsed(ctx: Context) -> Request | None:
    """The speaker's newest request nobody has in hand, for which something was held once."""
    mine = requests.of_person(ctx.tx, ctx.who.id, ("open", "reopened", "waiting"))
    return next(
        (
            one
            for one in mine
            if holds.held(ctx.tx, one.number, "lapsed") and not holds.held(ctx.tx, one.number)
        ),
        None,
    )


def _waiting(ctx: Context) -> Request | None:
    """The speaker's newest request for which something is held."""
    mine = requests.of_person(ctx.tx, ctx.who.id) if ctx.speaker else []
    return next((one for one in mine if holds.held(ctx.tx, one.number)), None)


def _is_medicine(ctx: Context) -> bool:
    request = requests.get(ctx.tx, int(ctx.slots["number"]))
    return request is not None and request.category in {"medicine", "supplies"}


@sentence("handed", fits=_is_medicine)
def handed(ctx: Context) -> Iterator[Effect]:
    """The keeper gave it to whoever asked, or to whoever carries it."""
    number = int(ctx.slots["number"])
    request = showing.here(ctx, number)
    if request is None:
        raise Sorry("requests.unknown", number=number)
    held = held_now(ctx, number) or held_now(ctx, number, "lapsed")
    if not held:
        raise Sorry("medicine.nothing_held", number=number)
    receiver = _receiver(ctx, request, ctx.slots["name"])
    yield from _hand_out(ctx, request, held, receiver, ctx.slots["name"])


@sentence("code", fits=pickup.named)
def handed_by_code(ctx: Context) -> Iterator[Effect]:
    """`取药码4821`: to whoever carries it, else to whoever asked."""
    request = pickup.found(ctx)
    if request is None:
        raise Sorry("medicine.no_such_code", code=ctx.slots["count"])
    carrying = claims.holders(ctx.tx, request.number)
    receiver = people.get(ctx.tx, (carrying or [request.requester_id])[0])
    held = held_now(ctx, request.number)
    yield from _hand_out(ctx, request, held, receiver, receiver.name)


def _hand_out(
    ctx: Context, request: Request, held: list[Held], receiver: Person | None, who: str
) -> Iterator[Effect]:
    """Out of the books, into the hands of whoever asked or carries it."""
    number, who = request.number, receiver.name if receiver else who
    for one in held:
        desk.must_keep(ctx, boxes.get(ctx.tx, one.box_id))
    waiting = holds.held(ctx.tx, number)
    if waiting and all(_is_over(ctx, one) for one in waiting):
        raise Sorry("medicine.over_date", number=number, found=things(held))
    if not _take_out(ctx, number, ctx.who.id, note=f"to {who}"):
        raise Sorry("medicine.nothing_held", number=number)
    yield Never(f"medicine:hold:{number}:")
    if receiver is not None and receiver.id == request.requester_id:
        yield from _arrived(ctx, request)
        return
    name = showing.name_of(receiver) if receiver else who
    yield ctx.reply("medicine.handed", about=number, number=number, found=things(held), name=name)
    if receiver is not None and not claims.holders(ctx.tx, number) and request.state not in OVER:
        # Whoever has it in hand carries it: they need to know where to.
        yield from claiming.hand_over(ctx, request, receiver.id)
    yield ctx.tell(
        request.requester_id,
        "medicine.on_its_way",
        about=number,
        urgent=is_urgent(request),
        number=number,
        found=things(held),
        name=name,
    )


def _receiver(ctx: Context, request: Request, said: str) -> Person | None:
    """The person who got it: whoever asked if the name fits, else the nearest of that name."""
    requester = people.get(ctx.tx, request.requester_id)
    if said.lower() in {requester.name.lower(), requester.name_en.lower()}:
        return requester
    for name in (said, said.title()):
        if found := people.named(ctx.tx, name, request.place_id):
            return found[0]
    return None


def _arrived(ctx: Context, request: Request) -> Iterator[Effect]:
    """In the hands of whoever asked: the task is done, and they are asked whether all is well."""
    if request.state not in OVER:
        yield from settling.finish(ctx, request)
