"""What is kept no longer than needed: each night old words, names and ids are forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from handlers.kit import Context, Effect, daily
from storage import codes, errands, forgetting, inbox, outbox, questions, runs, shift_notes


@daily("03:30")
def forget(ctx: Context) -> Iterator[Effect]:
    """Blank the words of closed requests and sent letters, drop ids that no gateway replays."""
    keep = ctx.policy.retention
    words = ctx.now - timedelta(days=keep.request_text_days)
    forgetting.forget(ctx.tx, words)
    runs.forget(ctx.tx, words)
    shift_notes.forget(ctx.tx, words)
    outbox.forget(ctx.tx, words)
    inbox.forget(ctx.tx, ctx.now - timedelta(days=keep.inbox_id_days))
    errands.forget(ctx.tx, ctx.now - timedelta(days=keep.inbox_id_days))
    codes.forget(ctx.tx, ctx.now - timedelta(days=1))
    forgetting.forget_names(ctx.tx, ctx.now - timedelta(days=keep.audit_name_days))
    questions.forget(ctx.tx, ctx.now)
    yield from ()
