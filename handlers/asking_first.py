"""What reaches many is shown first, and done only after a plain `确认`.

``yield asking_first.ask(ctx, "send_it", Word("my.preview", {...}), data={...})`` shows it;
``@asking_first.confirmed("send_it")`` marks what is done after the yes, with ``ctx.asked.data``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import wraps
from typing import Any

from handlers.kit import Ask, Context, Effect, Handler, Lines, Word, answers
from handlers.sentences import tidy

WAIT = timedelta(minutes=30)
"""After this a yes comes too late: what was shown may no longer be so."""

_YES = frozenset({"确认", "确认发送", "确认执行", "confirm", "confirmed", "yes confirm"})
_NO = frozenset({"取消", "不确认", "先取消", "cancel", "don't confirm", "do not confirm"})


def ask(
    ctx: Context,
    question: str,
    preview: Word | Lines,
    *,
    ref: int = 0,
    data: Mapping[str, Any] | None = None,
    wait: timedelta = WAIT,
) -> Ask:
    """Show the speaker what would be done, where they said it, and wait for `确认` or `取消`.

    ``data`` is kept with the question (JSON); asking the same ``question`` about the same ``ref``
    again takes the place of what was shown before.
    """
    return Ask(
        ctx.here(),
        "asking_first.shown",
        {"preview": preview},
        direct=True,
        person_id=ctx.who.id,
        question=question,
        ref=ref,
        data=data or {},
        wait=wait,
    )


def confirmed(question: str) -> Callable[[Handler], Handler]:
    """Mark what is done after the yes; after a no the speaker hears that nothing was done."""

    def mark(handler: Handler) -> Handler:
        @answers(question, _decides)
        @wraps(handler)
        def decided(ctx: Context) -> Iterator[Effect]:
            if _said(ctx):
                yield from handler(ctx)
            else:
                yield ctx.reply("asking_first.dropped")

        return decided

    return mark


def _decides(ctx: Context) -> bool:
    """Whether this is a yes or a no, said where it was asked."""
    here = ctx.room is not None and ctx.room.id == ctx.asked.room_id
    return here and _said(ctx) is not None


def _said(ctx: Context) -> bool | None:
    """Yes or no; among others, where a 好的 may be meant for anybody, only by the plain word."""
    plain = tidy(ctx.text)
    if plain in _YES or plain in _NO:
        return plain in _YES
    if ctx.in_group or ctx.reading.act not in {"confirm", "cancel"}:
        return None
    return ctx.reading.act == "confirm"
