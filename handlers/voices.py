"""Voice messages that nothing here can listen to: a person is asked to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from handlers import duty, showing
from handlers.kit import Context, Effect, Later, Word, hears, rings
from storage import timers

ONCE_IN = timedelta(minutes=15)
"""Somebody who speaks in ten short pieces is rung up once."""


@hears("voice", sure=0.0)
def pass_on(ctx: Context) -> Iterator[Effect]:
    """Said to the bot: whoever is on duty rings the speaker up. In a group it is chatter."""
    if ctx.message is None or not ctx.message.to_bot:
        return
    me = ctx.who
    key = f"voice:{me.id}"
    if timers.pending(ctx.tx, key):
        return
    called = [one for one in duty.first_pages(ctx.tx, me.place_id, ctx.now) if one != me.id][:1]
    yield ctx.reply("voices.passed_on" if called else "voices.please_write", urgent=True)
    for one in called:
        yield ctx.tell(
            one,
            "voices.please_ring",
            urgent=True,
            name=showing.name_of(me),
            place=showing.home(ctx, me),
            phone=me.phone or Word("requests.no_phone"),
        )
    yield Later(key, ctx.now + ONCE_IN, "voice", me.id)


@rings("voice")
def again(ctx: Context) -> Iterator[Effect]:
    """The next voice message counts anew."""
    del ctx
    yield from ()
