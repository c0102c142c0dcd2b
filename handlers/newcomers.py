"""The first meeting: what somebody is called, and a short notice of what the bot does and keeps."""

from __future__ import annotations

import re

from handlers.kit import Context, Effect
from storage import members, people

_DOOR = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z]?\d+(?:\s*(?:号楼|号|栋|幢|座|楼|单元|室|层|门|#))*"
    r"|\b(?:building|bldg|block|unit|apt|flat|room)\b\.?",
    re.IGNORECASE,
)
_EDGES = " \t\u2005\u3000-－—–_/|｜·.,，、:：#()（）[]【】"


def called(alias: str) -> str:
    """What the group calls somebody, without the door: ``3-502 王奶奶`` is 王奶奶."""
    plain = re.sub(r"[\s\-－—–_/|｜]+", " ", _DOOR.sub(" ", alias)).strip(_EDGES)
    return plain or alias.strip()


def notice(ctx: Context) -> list[Effect]:
    """Before somebody is first answered, tell them privately what is kept about them."""
    if ctx.speaker is None or ctx.speaker.noticed:
        return []
    # Whoever has left and speaks to the bot again is back, and is told again.
    people.change(ctx.tx, ctx.who.id, noticed=True, left_at=None)
    ctx.speaker = people.get(ctx.tx, ctx.who.id)
    return [ctx.tell(ctx.who.id, "people.notice", urgent=True)]


def seen_here(ctx: Context) -> None:
    """Whoever speaks in a group is in it, under the name that the group sees."""
    if ctx.message is None or ctx.room is None or not ctx.in_group:
        return
    me, sender, alias = ctx.who, ctx.message.sender, ctx.message.sender_name
    known = members.get(ctx.tx, ctx.room.id, sender)
    members.note(ctx.tx, ctx.room.id, sender, ctx.now, name=alias, person_id=me.id)
    # A new name here is a new name for whoever has none but this one.
    renamed = known is not None and alias not in {"", known.name}
    if renamed and known is not None and me.key is None and me.name == called(known.name):
        people.change(ctx.tx, me.id, name=called(alias))
        ctx.speaker = people.get(ctx.tx, me.id)
