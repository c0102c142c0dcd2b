"""Pictures that come by themselves, as WeChat sends them: they belong to the words around them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from handlers.kit import Context, Effect, Later, rings
from storage import requests, timers
from storage.db import Transaction

BEFORE = timedelta(minutes=3)
"""So long a picture waits for words about it."""
AFTER = timedelta(minutes=10)
"""So long after a request a picture of the same person there belongs to it."""


def keep(ctx: Context) -> Iterator[Effect]:
    """A picture without words: put to what was just said, or kept a moment for what comes."""
    message = ctx.message
    if message is None or not message.photos or message.text.strip() or ctx.late or not ctx.room:
        return
    new = [asdict(photo) for photo in message.photos]
    for one in requests.of_person(ctx.tx, ctx.who.id):
        mine = one.requester_id == ctx.who.id and one.room_id == ctx.room.id
        if mine and one.kind != "offer" and ctx.now - one.made_at <= AFTER:
            data = {**one.data, "photos": [*one.data.get("photos", []), *new]}
            requests.amend(ctx.tx, one.number, ctx.now, data=data)
            if not ctx.in_group:
                yield ctx.reply("pictures.added", about=one.number, number=one.number)
            return
    key = _key(ctx)
    photos = [*_waiting(ctx.tx).get(key, []), *new]
    _waiting(ctx.tx)[key] = photos
    yield Later(key, ctx.now + BEFORE, "picture", data={"photos": photos})


def taken(ctx: Context) -> list[dict[str, Any]]:
    """The pictures that waited for these words; they wait no more."""
    key = _key(ctx)
    photos = _waiting(ctx.tx).pop(key, []) if ctx.room is not None else []
    if photos:
        timers.drop(ctx.tx, key)
    return photos


@rings("picture")
def forget(ctx: Context) -> Iterator[Effect]:
    """No words came: it was nothing for the bot."""
    _waiting(ctx.tx).pop(ctx.rung.key, None)
    yield from ()


def _key(ctx: Context) -> str:
    return f"picture:{ctx.room.id if ctx.room else 0}:{ctx.who.id}"


def _waiting(tx: Transaction) -> dict[str, list[dict[str, Any]]]:
    """Key of the deadline → pictures; kept, since nearly always there are none."""
    kept: dict[str, list[dict[str, Any]]] | None = tx.memo.get("pictures")
    if kept is None:
        found = timers.pending(tx, "picture:")
        kept = tx.memo["pictures"] = {one.key: list(one.data["photos"]) for one in found}
    return kept
