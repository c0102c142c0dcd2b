"""`我的日历`: a private address from which a calendar programme fetches one's turns of duty."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from handlers.kit import Context, Effect, Say, ToPerson, sentence
from storage import calendars, duty

LENGTH = 32
"""Bytes of chance in a token: nobody comes upon it by trying."""


@sentence("link")
def link(ctx: Context) -> Iterator[Effect]:
    """The speaker's own address, always privately."""
    token = calendars.token_of(ctx.tx, ctx.who.id)
    yield from _send(ctx, "calendars.link", token)


@sentence("renew")
def renew(ctx: Context) -> Iterator[Effect]:
    """A new address; the old one opens nothing any more."""
    yield from _send(ctx, "calendars.renewed", None)


def _send(ctx: Context, key: str, token: str | None) -> Iterator[Effect]:
    me = ctx.who.id
    if me not in duty.on_rosters(ctx.tx) and not duty.of_person(ctx.tx, me, ctx.now):
        yield ctx.reply("duty.no_shifts")
        return
    if token is None:
        token = secrets.token_urlsafe(LENGTH)
        calendars.give(ctx.tx, me, token)
    address = f"{ctx.policy.pages.address}/calendar/{token}.ics"
    yield Say(ToPerson(me), key, {"address": address}, direct=True)
    if ctx.in_group:
        yield ctx.reply("lists.sent_privately")
