"""What the bot will not do with a medicine: give what no box gives, or say how much to take."""

from __future__ import annotations

import re
from collections.abc import Iterator

from handlers.kit import Context, Effect, Things, Word, hears, sentence
from handlers.medicine import caution
from handlers.pharmacy import rules


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


_ABOUT = re.compile(r"药|[吃服]几|\b(?:pills?|tablets?|medicine|dos(?:e|age))\b", re.IGNORECASE)


def _asks_dose(ctx: Context) -> bool:
    """Asked of the bot alone, of a medicine that is named or not."""
    named = any(one.rule.kind != "goods" for one in rules.names_in(ctx.text))
    return not ctx.in_group and (named or _ABOUT.search(ctx.text) is not None)


@sentence("dose", fits=_asks_dose)
def never_a_dose(ctx: Context) -> Iterator[Effect]:
    """`布洛芬一次吃几片`: the leaflet, the pharmacist and the doctor say that."""
    named = rules.names_in(ctx.text)
    what = Things(tuple({"text": one.word, "name": one.rule.name} for one in named[:2]))
    yield ctx.reply("medicine.no_dose", what=what if named else Word("medicine.the_medicine"))
