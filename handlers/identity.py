"""Who an account belongs to: told privately, and where it is somebody known, vouched for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from handlers import showing
from handlers.kit import Ask, Context, Effect, ToPerson, answers
from handlers.newcomers import called
from storage import merging, people, places
from storage.people import Person
from storage.places import Place

ASKED = {"is_it": "yes_no"}
_NAMED = re.compile(
    r"(?:我叫|我是|名叫|姓名[是:：]?|叫我)\s*(?P<zh>[\u3400-\u9fff·]{2,4})(?![\u3400-\u9fff])"
    r"|(?:\bi am|\bi'm|\bi’m|\bmy name is|\bthis is)\s+"
    r"(?P<en>[A-Za-z][A-Za-z.'’-]*(?: (?-i:[A-Z])[A-Za-z.'’-]*){0,3})",
    re.IGNORECASE,
)
_HOME = re.compile(
    r"(?:(?:我|家)?(?:住|在|是)\s*)?[A-Za-z]?\d+\s*(?:号楼|号|栋|幢|座|单元|室|层|楼|门|[-－—])*"
    r"|\b(?:i )?(?:live in|building|bldg|block|unit|apt|apartment|flat|room)\b",
    re.IGNORECASE,
)
_BARE_ZH = re.compile(r"[\u3400-\u9fff·]{2,4}")
_BARE_EN = re.compile(r"[A-Z][A-Za-z.'’-]*(?: [A-Z][A-Za-z.'’-]*){0,3}")
_NO_NAME = frozenset({"你好", "您好", "谢谢", "好的", "可以", "知道了", "收到", "在吗", "志愿者"})


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody said of themselves."""

    name: str = ""
    place: Place | None = None
    unit: str | None = None
    room: str | None = None

    def __bool__(self) -> bool:
        return bool(self.name or self.place)


def told(ctx: Context) -> Told:
    """Name and home in a message such as `我叫王芳,3号楼2单元501` or `王芳 3-501`."""
    spot, place = ctx.reading.place, None
    if spot.building is not None:
        place = places.building(ctx.tx, ctx.who.place_id or _first(ctx), spot.building)
    return Told(_name(ctx.text), place, spot.unit, spot.room)


def _first(ctx: Context) -> int | None:
    """Somewhere to look outwards from: the building of the lowest id."""
    return min((one.id for one in places.every(ctx.tx).values()), default=None)


def _name(text: str) -> str:
    if found := _NAMED.search(text):
        return (found["zh"] or found["en"] or "").strip()
    for part in re.split(r"[,，。;；、\n]+", _HOME.sub(",", text)):
        bare = part.strip(" -－—.!！~")
        whole = _BARE_ZH.fullmatch(bare) or _BARE_EN.fullmatch(bare)
        if whole and bare not in _NO_NAME:
            return bare
    return ""


def register(ctx: Context, said: Told) -> Iterator[Effect]:
    """The speaker lives there from now on; a neighbour of that name is not taken for granted."""
    me = ctx.who
    name = said.name or called(me.name)
    columns = {"place_id": said.place.id if said.place else me.place_id, "name": name}
    columns |= {"unit": said.unit or me.unit, "room": said.room or me.room}
    people.change(ctx.tx, me.id, **columns, left_at=None)
    ctx.speaker = people.get(ctx.tx, me.id)
    yield from _ask_who(ctx, said, name)


def _ask_who(ctx: Context, said: Told, name: str) -> Iterator[Effect]:
    """Somebody of this name lives there already: the coordinator says whether it is them."""
    message = ctx.message
    if said.place is None or message is None:
        return
    for known in people.named(ctx.tx, name, said.place.id):
        if not _could_be(ctx, known, said, message.gateway):
            continue
        for coordinator in people.serving(ctx.tx, said.place.id, "coordinator")[:1]:
            alias = called(message.sender_name)
            place = showing.place_name(said.place)
            yield Ask(
                ToPerson(coordinator),
                "identity.is_it",
                {"alias": alias, "name": showing.name_of(known), "place": place},
                person_id=coordinator,
                question="is_it",
                ref=ctx.who.id,
                data={"neighbour": known.id},
            )
        return


def _could_be(ctx: Context, known: Person, said: Told, gateway: str) -> bool:
    here = known.id != ctx.who.id and said.place is not None and known.place_id == said.place.id
    same_door = known.room is None or said.room in {None, known.room}
    return here and same_door and people.account(ctx.tx, known.id, gateway) is None


@answers("is_it", lambda ctx: ctx.reading.act in {"confirm", "cancel", "claim", "release"})
def said_who(ctx: Context) -> Iterator[Effect]:
    """Yes: the account is the neighbour's, with all that is known of them."""
    newcomer, neighbour = ctx.asked.ref, int(ctx.asked.data["neighbour"])
    if ctx.reading.act not in {"confirm", "claim"}:
        yield ctx.reply("identity.not_them")
        return
    merging.merge(ctx.tx, newcomer, neighbour, ctx.now)
    people.change(ctx.tx, neighbour, noticed=True, left_at=None)
    name = showing.name_of(people.get(ctx.tx, neighbour))
    yield ctx.reply("identity.linked", name=name)
    yield ctx.tell(neighbour, "identity.known", name=name)


def become(ctx: Context, person_id: int) -> None:
    """The speaker is this person: the operator's code says so."""
    merging.merge(ctx.tx, ctx.who.id, person_id, ctx.now)
    people.change(ctx.tx, person_id, noticed=True, left_at=None)
    ctx.speaker = people.get(ctx.tx, person_id)
