"""A question the clinic has answered gets its words; another goes to the doctor on duty."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from handlers import consults, quiet
from handlers.consults import seeking
from handlers.guides import ranking
from handlers.guides.terms import is_of_health
from handlers.kit import (
    Ask,
    Both,
    Context,
    Effect,
    Say,
    ToPerson,
    Word,
    answers,
    overhears,
    sentence,
)
from handlers.sentences import after_the_word
from storage import guides
from storage.guides import GuideAnswer

ASKED = {"guide_doctor": "yes_no"}
SHORT = 90
"""About so many characters of an answer are said in a group; English takes twice as many."""
_SENTENCE = re.compile(r".+?(?:[。！？!?；;]+|\.(?!\d)|$)\s*", re.DOTALL)
_ASKS = re.compile(
    r"[?？]\s*$|[吗么呢嘛]\s*[。.~～]*$|怎么|什么|能不能|可不可以|要不要|是不是|多久|哪里|哪儿|几"
)


@sentence("ask", late=True, long=True)
def ask(ctx: Context) -> Iterator[Effect]:
    """`问诊所:打完疫苗能洗澡吗`: the clinic's own words, or a doctor's."""
    question = after_the_word(ctx.text)
    found = _answer_to(ctx, question, ctx.policy.guides.sure)
    if found is not None:
        yield given(ctx, found)
        return
    if ctx.late:
        # It came long after it was said: nobody is called for what may be over.
        data, me = {"text": question}, ctx.who.id
        to = ToPerson(me)
        kind = "consult_still"
        yield Ask(to, "consults.still", direct=True, person_id=me, question=kind, data=data)
        return
    yield from pass_on(ctx, question)


def _has_guides(ctx: Context) -> bool:
    """Whether there is any answer that holds here."""
    kept = guides.places_with(ctx.tx)
    return bool(kept) and bool(kept & ranking.at(ctx.tx, _place(ctx)))


def _place(ctx: Context) -> int | None:
    return ctx.place.id if ctx.place else ctx.who.place_id


def _answer_to(ctx: Context, question: str, sure: float) -> GuideAnswer | None:
    today = ctx.now.astimezone(quiet.zone_of(ctx.place)).date()
    found = ranking.search(ctx.tx, question, _place(ctx), today, sure)
    return found.answer if found else None


def _is_asked(ctx: Context) -> bool:
    """Whether this is a question, and not one to a neighbour who was named."""
    reading = ctx.reading
    medical = reading.category in {"medical", "medicine"} and _ASKS.search(ctx.text) is not None
    is_question = reading.act == "question" or (reading.act == "need" and medical)
    message = ctx.message
    to_others = message is not None and bool(message.mentions) and not message.to_bot
    return is_question and reading.refers is None and not ctx.late and not to_others


def _fits(ctx: Context) -> bool:
    if not _is_asked(ctx):
        return False
    rule = ctx.policy.guides
    spoken_to = not ctx.in_group or (ctx.message is not None and ctx.message.to_bot)
    if _answer_to(ctx, ctx.text, rule.sure if spoken_to else rule.sure_in_group) is not None:
        return True
    # Privately, what is plainly about health is offered to a doctor rather than left unheard.
    alone = not ctx.in_group and ctx.reading.act == "question"
    return alone and is_of_health(ctx.text) and consults.own(ctx) is None


@overhears("", _has_guides, _fits)
def overheard(ctx: Context) -> Iterator[Effect]:
    """A question in passing: answered where the clinic has; chatter stays chatter."""
    found = _answer_to(ctx, ctx.text, ctx.policy.guides.sure)
    if found is not None:
        yield given(ctx, found)
        return
    me = ctx.who.id
    yield Ask(
        ToPerson(me),
        "guides.not_answered",
        direct=True,
        person_id=me,
        question="guide_doctor",
        data={"text": ctx.text},
    )


@answers("guide_doctor", lambda ctx: ctx.reading.act in {"confirm", "cancel", "release"})
def to_the_doctor(ctx: Context) -> Iterator[Effect]:
    """Whether a doctor should be asked."""
    if ctx.reading.act != "confirm":
        yield ctx.reply("guides.left")
        return
    yield from seeking.begin(ctx, ctx.who.id, str(ctx.asked.data["text"]))


def pass_on(ctx: Context, question: str) -> Iterator[Effect]:
    """The clinic has no words for it: nothing is made up, the doctor on duty is asked."""
    key = "guides.passed_on_openly" if ctx.in_group else "guides.passed_on"
    yield ctx.reply(key, urgent=True)  # before what the consultation says
    yield from seeking.begin(ctx, ctx.who.id, question)


def given(ctx: Context, found: GuideAnswer) -> Say:
    """The clinic's words with source and date; in a group only their beginning."""
    if ctx.in_group:
        return ctx.reply("guides.answer_openly", **values(found, short=True))
    return ctx.reply("guides.answer", **values(found))


def values(found: GuideAnswer, *, short: bool = False) -> dict[str, Any]:
    """What is said of an answer, in the listener's language where it has that, else the other."""
    zh, en = found.answer or found.answer_en, found.answer_en
    cut = (beginning(zh, SHORT), beginning(en, 2 * SHORT)) if short else (zh, en)
    whole = cut == (zh, en)
    return {
        "question": Both(found.question or found.question_en, found.question_en),
        "answer": Both(*cut),
        "source": Both(found.source, found.source_en),
        "dated": found.dated,
        "more": "" if whole else Word("guides.more"),
    }


def beginning(text: str, most: int) -> str:
    """The first sentences, word for word; the first one whatever its length."""
    out = ""
    for one in _SENTENCE.findall(text):
        if out and len(out) + len(one.rstrip()) > most:
            break
        out += one
    return out.rstrip()
