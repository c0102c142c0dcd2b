"""`不再接收通知`: private notices stop and begin again by one message; danger is told anyway."""

from __future__ import annotations

from collections.abc import Iterator

from handlers.kit import Context, Effect, sentence
from storage import broadcasts


@sentence("stop")
def stop(ctx: Context) -> Iterator[Effect]:
    """No private notices any more."""
    broadcasts.stop(ctx.tx, ctx.who.id, ctx.now)
    yield ctx.reply("broadcasts.stopped")


@sentence("resume")
def resume(ctx: Context) -> Iterator[Effect]:
    """Private notices again."""
    broadcasts.allow(ctx.tx, ctx.who.id)
    yield ctx.reply("broadcasts.resumed")
