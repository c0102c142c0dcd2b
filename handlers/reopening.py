"""Not settled after all: the same number, a new clock, back in the helper's hands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from handlers import naming, offering, patience, promises, showing
from handlers.kit import Context, Effect, Never, Sorry, hears, sentence
from storage import claims, requests
from storage.requests import Request


@sentence("not_settled", fits=lambda ctx: naming.ended(ctx) is not None)
@hears("reopen")
def not_settled(ctx: Context) -> Iterator[Effect]:
    """It is not settled after all: the same number, a new clock."""
    request = naming.ended(ctx)
    if request is None:
        waiting = naming.own(ctx)
        if waiting is not None:
            yield ctx.reply(
                "reopening.still_on_it", about=waiting.number, **showing.openly(ctx, waiting)
            )
        return
    days = timedelta(days=ctx.policy.requests.reopen_days)
    if request.state == "closed" and (
        request.closed_at is None or ctx.now - request.closed_at > days
    ):
        raise Sorry("reopening.too_long_ago", number=request.number)
    yield from reopen_it(ctx, request)


def reopen_it(ctx: Context, request: Request) -> Iterator[Effect]:
    """Back in the helper's hands, who may give it back; open to all where there was none."""
    number = request.number
    more: dict[str, Any] = {
        "reopenings": request.reopenings + 1,
        "outcome": None,
        "closed_at": None,
    }
    requests.move(ctx.tx, request, "reopened", ctx.now, who=ctx.who.id, why="not settled", **more)
    yield Never(f"settle:{number}:")
    again = requests.get(ctx.tx, number) or request
    last = claims.of_request(ctx.tx, number, "held", "finished")
    yield ctx.reply("reopening.reopened", about=number, number=number)
    for claim in last:
        claims.set_state(ctx.tx, number, claim.person_id, "held", ctx.now)
        values = showing.openly(ctx, again)
        yield ctx.tell(
            claim.person_id, "reopening.not_settled", about=number, urgent=True, **values
        )
        yield from patience.begin(ctx, again, claim.person_id)
    if not last:
        yield from offering.begin(ctx, again)
    yield from promises.again(ctx, again)
