"""The care team of a place: community worker, doctor, volunteer, police, property, with numbers."""

from __future__ import annotations

from collections.abc import Iterator

from handlers import showing
from handlers.duty import called, contact
from handlers.kit import Context, Effect, Lines, Word, sentence
from storage import people
from storage.db import Transaction

TEAM = ("community_worker", "doctor", "volunteer", "police", "property")
MOST = 2
"""So many of a role are named: those nearest."""
_ASKED = {
    "community_worker": ("社区工作者", "网格员", "社工", "community worker", "grid worker"),
    "doctor": ("医生", "大夫", "doctor", "gp"),
    "volunteer": ("志愿者", "volunteer"),
    "police": ("民警", "警察", "警官", "片警", "police"),
    "property": ("物业", "property", "caretaker"),
    "mediator": ("调解员", "mediator"),
    "coordinator": ("站长", "协调员", "coordinator"),
    "leader": ("书记", "负责人", "leader"),
}


def team(tx: Transaction, place_id: int | None) -> list[tuple[str, int]]:
    """``(role, person id)`` in the order of `TEAM`, nearest first."""
    return [(role, person_id) for role in TEAM for person_id in members(tx, place_id, role)]


def members(tx: Transaction, place_id: int | None, role: str) -> list[int]:
    """Who holds a role for a place. Of volunteers those who let their number be published."""
    found = [people.get(tx, one) for one in people.serving(tx, place_id, role)]
    named = [
        one.id for one in found if one.left_at is None and (role != "volunteer" or one.public_phone)
    ]
    return named[:MOST]


@sentence("team")
def whole(ctx: Context) -> Iterator[Effect]:
    """`护理团队`: everybody in it, with their numbers."""
    place_id = ctx.place.id if ctx.place else ctx.who.place_id
    found = team(ctx.tx, place_id)
    if not found:
        yield ctx.reply("careteam.nobody")
        return
    lines = Lines(tuple(_line(ctx, role, one, place_id) for role, one in found))
    yield ctx.reply("careteam.team", place=showing.place_name(ctx.place), lines=lines)


@sentence("one")
def one_of_them(ctx: Context) -> Iterator[Effect]:
    """`医生是谁`: who that is here, and their number."""
    words, place_id = ctx.text.lower(), ctx.place.id if ctx.place else ctx.who.place_id
    role = next(role for role, names in _ASKED.items() if any(one in words for one in names))
    found = members(ctx.tx, place_id, role)
    if not found:
        yield ctx.reply("careteam.no_such", role=called(role))
        return
    yield ctx.reply("careteam.one", people=[_line(ctx, role, one, place_id) for one in found])


def _line(ctx: Context, role: str, person_id: int, place_id: int | None) -> Word:
    spoken = contact(ctx.tx, people.get(ctx.tx, person_id), place_id)
    return Word("careteam.line", {**spoken, "role": called(role)})
