"""The first meeting: a short notice of what the bot does and keeps, once to each person."""

from __future__ import annotations

from handlers.kit import Context, Effect
from storage import people


def notice(ctx: Context, is_answered: bool) -> list[Effect]:
    """Before somebody is first answered, tell them privately what is kept about them."""
    if not is_answered or ctx.speaker is None or ctx.speaker.noticed:
        return []
    # Whoever has left and speaks to the bot again is back, and is told again.
    people.change(ctx.tx, ctx.who.id, noticed=True, left_at=None)
    ctx.speaker = people.get(ctx.tx, ctx.who.id)
    return [ctx.tell(ctx.who.id, "people.notice", urgent=True)]
