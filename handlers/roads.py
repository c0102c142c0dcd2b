"""A road to people that is lost: coordinators are told by another, and what was missed later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

from handlers.kit import (
    Alarm,
    Context,
    Deafened,
    Effect,
    HearsAgain,
    LoggedIn,
    LoggedOut,
    Say,
    ToPerson,
    happens,
)
from storage import people, roads

OFTEN = timedelta(hours=1)
"""Between two reports that an account was logged out."""


@happens(LoggedIn)
def logged_in(ctx: Context) -> Iterator[Effect]:
    """Who the account is; if its loss was reported, that it is back."""
    event = cast("LoggedIn", ctx.happening)
    road = roads.get(ctx.tx, event.gateway)
    lost = road is not None and road.told_at is not None
    roads.note(ctx.tx, event.gateway, account=event.account, told_at=None)
    if lost:
        yield from _tell_all(ctx, "roads.logged_in", event.gateway, gateway=event.gateway)


@happens(LoggedOut)
def logged_out(ctx: Context) -> Iterator[Effect]:
    """Somebody must scan a code; till then nobody there can be heard or told anything."""
    gateway = cast("LoggedOut", ctx.happening).gateway
    road = roads.get(ctx.tx, gateway)
    if road is not None and road.told_at is not None and ctx.now - road.told_at < OFTEN:
        return
    roads.note(ctx.tx, gateway, told_at=ctx.now)
    yield from _tell_all(ctx, "roads.logged_out", gateway, gateway=gateway)


@happens(Deafened)
def deafened(ctx: Context) -> Iterator[Effect]:
    """Nothing is heard any more: said once, by another road."""
    event = cast("Deafened", ctx.happening)
    if roads.begin_gap(ctx.tx, event.gateway, event.since):
        minutes = {"span": ctx.now - event.since}
        yield from _tell_all(
            ctx, "roads.deaf", event.gateway, gateway=event.gateway, since=event.since, **minutes
        )


@happens(HearsAgain)
def hears_again(ctx: Context) -> Iterator[Effect]:
    """The gap, so that people can look what they said meanwhile."""
    event = cast("HearsAgain", ctx.happening)
    gap = roads.end_gap(ctx.tx, event.gateway, event.at)
    if gap is None:
        return
    span = {"since": gap.began, "until": event.at, "span": event.at - gap.began}
    # By every road: this one works again.
    yield from _tell_all(ctx, "roads.hears_again", "", gateway=event.gateway, **span)


def _tell_all(ctx: Context, key: str, not_by: str, **values: Any) -> Iterator[Effect]:
    """Every coordinator who can be told otherwise, and whoever runs the bot."""
    for person_id, held in people.all_roles(ctx.tx).items():
        if any(role == "coordinator" for _, role in held):
            yield Say(ToPerson(person_id, not_by), key, values, urgent=True, direct=True)
    yield Alarm(key, values)
