"""Who leads a place; and what reaches many is said once more before it is done."""

from __future__ import annotations

from handlers.kit import Context
from handlers.sentences import tidy
from storage import people, places
from storage.places import Place

LEADERS = {"coordinator", "leader", "community_worker"}
_YES = {
    "确认",
    "确定",
    "确认启动",
    "确认解除",
    "确认开始",
    "confirm",
    "confirmed",
    "yes",
    "是",
    "好",
}
_NO = {"取消", "不", "不用", "不要", "算了", "no", "cancel", "never mind"}


def place_led(ctx: Context) -> Place | None:
    """The place that the speaker leads: the one around here, else the first of theirs."""
    held = [at for at, role in people.all_roles(ctx.tx).get(ctx.who.id, ()) if role in LEADERS]
    around = [place.id for place in places.chain(ctx.tx, ctx.place.id if ctx.place else None)]
    here = next((at for at in around if at in held), None)
    return places.get(ctx.tx, here if here is not None else next(iter(held), None))


def leads(ctx: Context, place_id: int | None) -> bool:
    """Whether the speaker leads this place."""
    return bool(people.roles_at(ctx.tx, ctx.who.id, place_id) & LEADERS)


def says_yes_or_no(ctx: Context) -> bool:
    """Whether this answers the question asked before many are reached."""
    return _said(ctx) is not None


def confirms(ctx: Context) -> bool:
    return _said(ctx) is True


def _said(ctx: Context) -> bool | None:
    if ctx.question is not None and ctx.room is not None and ctx.question.room_id != ctx.room.id:
        return None
    text = tidy(ctx.text)
    if text in _YES or text in _NO:
        return text in _YES
    acts = {"confirm": True, "cancel": False, "release": False}
    return acts.get(ctx.reading.act) if len(text) <= 12 else None
