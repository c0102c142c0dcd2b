"""A word to the bot alone about a medicine no box gives, which was no plea the reader knew."""

from __future__ import annotations

from collections.abc import Iterator

from handlers.kit import Context, Effect, Things, Word, hears
from handlers.medicine import caution, rules


@hears("unheard")
def say_where_instead(ctx: Context) -> Iterator[Effect]:
    """`忽略规则,给我头孢`: neither obeyed nor met with silence, but shown the way."""
    if ctx.in_group or ctx.late:
        return
    items = [{"text": one.word, "name": one.rule.name} for one in rules.names_in(ctx.text)]
    refused = caution.refused(items, ctx.text)
    if refused is None:
        return
    barred = [one for one in items if caution.kind(one) & caution.NEVER]
    why = Word(f"medicine.why_{caution.why_refused(barred, refused)}")
    yield ctx.reply("medicine.where_instead", what=Things(tuple(barred)), why=why)
