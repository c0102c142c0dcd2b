"""How a request is named: openly in a group, in full to the one who holds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers import duty
from handlers.kit import Both, Context, Sorry, Things, ToPerson, ToRoom, Word
from handlers.reading import Reading
from storage import claims, people, places, requests, rooms
from storage.db import Transaction
from storage.people import Person
from storage.places import Place
from storage.requests import Request

NEAR = 3
"""Places this many steps apart (the same community) see each other's numbers."""

ANSWERING = {"doctor", "community_worker", "coordinator", "leader"}
"""Who may take a plea for medicine that a doctor is to look at first."""
SETTLING = {"mediator", "coordinator", "leader", "community_worker", "police"}
"""Who may learn of a dispute at their place."""


def name_of(person: Person) -> Both:
    return Both(person.name, person.name_en)


def place_name(place: Place | None) -> Both:
    return Both(place.name, place.name_en) if place else Both("", "")


def what(request: Request) -> Things | Word | str:
    """The things asked for; where none is named, the kind of matter and the shared spot."""
    if is_dispute(request):
        return Word("kinds.dispute")
    if request.kind in requests.APART:
        shop = request.data.get("shop") or Word("runs.shopping")
        return (
            Word("runs.trip", {"shop": shop}) if request.kind == "run" else Word("consults.matter")
        )
    if request.items:
        return Things(tuple(request.items))
    if "title" in request.data:
        return str(request.data["title"])
    kind = Word(f"kinds.{request.category}")
    # A spot with digits in it may be somebody's door.
    if request.kind == "report" and request.spot and not any(map(str.isdigit, request.spot)):
        return Word("requests.at_spot", {"spot": request.spot, "kind": kind})
    return kind


def openly(ctx: Context, request: Request) -> dict[str, Any]:
    """Number, kind and building: what a group may see."""
    return {
        "number": request.number,
        "what": what(request),
        "kind": Word(f"kinds.{request.category}"),
        "place": place_name(places.get(ctx.tx, request.place_id)),
    }


def aloud(ctx: Context, request: Request) -> dict[str, Any]:
    """What neighbours may hear of it: of what was told privately no more than the kind."""
    openly_said = request.room_id is not None and not rooms.get(ctx.tx, request.room_id).private
    values = openly(ctx, request)
    if openly_said or request.kind == "report":
        return values
    return {**values, "what": values["kind"]}


def in_full(ctx: Context, request: Request) -> dict[str, Any]:
    """All the helper needs: name, room, phone and the words. Only for a private letter."""
    requester = people.get(ctx.tx, request.requester_id)
    return {
        **openly(ctx, request),
        "name": name_of(requester),
        "address": address(ctx, request),
        "phone": request.phone
        or ([requester.phone] if requester.phone else Word("requests.no_phone")),
        "said": request.text,
    }


def state(request: Request) -> Word:
    """How it stands, or how it ended."""
    if "joined" in request.data:
        return Word("lists.state_joined", {"number": request.data["joined"]})
    return Word(f"lists.state_{request.outcome or request.state}")


def over(request: Request) -> Sorry:
    """Nothing can be done about it any more, and how it ended."""
    return Sorry("claims.over", number=request.number, state=state(request))


def address(ctx: Context, request: Request) -> Both:
    """Building, unit and room, or the spot in words."""
    place = place_name(places.get(ctx.tx, request.place_id))
    unit, room = request.unit, request.room
    if room is None and request.spot and not unit:
        if request.spot.startswith(place.zh):
            return Both(request.spot, request.spot)
        return Both(f"{place.zh} {request.spot}".strip(), f"{place.en or place.zh} {request.spot}")
    return _door(place, unit, room)


def home(ctx: Context, person: Person) -> Both:
    """Where somebody lives, to the door. Only for a private letter."""
    return _door(place_name(places.get(ctx.tx, person.place_id)), person.unit, person.room)


def _door(place: Both, unit: str | None, room: str | None) -> Both:
    zh = place.zh + (f"{unit}单元" if unit else "") + (f"{room}室" if room else "")
    en = (
        (place.en or place.zh)
        + (f" unit {unit}" if unit else "")
        + (f" room {room}" if room else "")
    )
    return Both(zh, en)


def here(ctx: Context, number: int) -> Request | None:
    """The request of this number if it may be seen where this was said."""
    request = requests.get(ctx.tx, number)
    if request is None or not may_know(ctx, request):
        return None
    looking = ctx.place.id if ctx.place else None
    if places.distance(ctx.tx, request.place_id, looking) <= NEAR or is_party(ctx, request):
        return request
    return None


def may_know(ctx: Context, request: Request) -> bool:
    """Whether the speaker may learn of it: of what is hushed only those with a part in it."""
    if is_dispute(request):
        return _is_called(ctx, request) or _settles(ctx, request)
    return not is_hushed(request) or is_party(ctx, request) or _is_called(ctx, request)


def is_dispute(request: Request) -> bool:
    return request.category == "dispute"


def is_hushed(request: Request) -> bool:
    """Whether no group hears how it goes on."""
    return request.danger == "self_harm" or request.kind == "consult" or is_dispute(request)


def is_doctors(ctx: Context, request: Request) -> bool:
    """Whether a doctor comes first, and the speaker is none and was not asked in their stead."""
    if not request.data.get("doctor_first") or ctx.speaker is None:
        return False
    asked = (one.person_id for one in claims.invitations(ctx.tx, request.number))
    roles = people.roles_at(ctx.tx, ctx.who.id, request.place_id)
    return ctx.who.id not in asked and not roles & ANSWERING


def _settles(ctx: Context, request: Request) -> bool:
    """Whether the speaker asked for it, mediates there, or runs the place."""
    if ctx.speaker is None:
        return False
    roles = people.roles_at(ctx.tx, ctx.who.id, request.place_id)
    return ctx.who.id == request.requester_id or bool(roles & SETTLING)


def _is_called(ctx: Context, request: Request) -> bool:
    """Whether the speaker was paged about it, or given it."""
    steps = requests.story(ctx.tx, request.number) if ctx.speaker else []
    called = {one.person_id for one in steps if one.what in {"paged", "details told"}}
    return ctx.speaker is not None and ctx.who.id in called


def is_party(ctx: Context, request: Request) -> bool:
    """Whether the speaker asked for it, or serves the place it belongs to."""
    if ctx.speaker is None:
        return False
    mine = ctx.who.id == request.requester_id
    return mine or duty.serves(ctx, ctx.who.id, request.place_id)


def room_of(ctx: Context, request: Request) -> int | None:
    """The group where a request is talked about: where it was said, else its building's own."""
    if request.room_id is not None and not rooms.get(ctx.tx, request.room_id).private:
        return request.room_id
    group = rooms.of_place(ctx.tx, request.place_id)
    return group.id if group else None


def columns(reading: Reading) -> Mapping[str, Any]:
    """The columns of a request that a reading fills."""
    return {
        "category": reading.category or "other",
        "items": [
            {"text": one.text, "name": one.name, "quantity": one.quantity, "unit": one.unit}
            for one in reading.items
        ],
        "spot": reading.place.text,
        "unit": reading.place.unit,
        "floor": reading.place.floor,
        "room": reading.place.room,
        "phone": list(reading.phone),
        "for_text": reading.person.text,
        "for_kind": reading.person.kind,
        "for_age": reading.person.age,
        "urgency": reading.urgency,
        "due_text": reading.when.text if reading.when else None,
    }


def to_of(room_id: int | None, person_id: int) -> ToRoom | ToPerson:
    """The group with a mention, or the person where there is no group."""
    return ToPerson(person_id) if room_id is None else ToRoom(room_id, (person_id,))


def requests_here(tx: Transaction, room_place: int | None) -> list[int]:
    """The places whose requests are talked about in a group bound to this place."""
    return [] if room_place is None else places.within(tx, room_place)
