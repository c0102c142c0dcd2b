"""`没办成`, says the helper: shall somebody else try, or can nobody do it? One question, once."""

from __future__ import annotations

import re
from collections.abc import Iterator

from handlers import naming, release, settling, showing
from handlers.kit import Ask, Context, Effect, ToPerson, answers, sentence
from storage import claims, questions, requests

ASKED = {"failing": "what"}
_ANOTHER = re.compile(
    r"换人|换个人|别人|其他人|别的人|再[找问]|另找|给回|还给|交回|"
    r"\b(?:else|another|others?|again|give (?:it )?back|pass)\b",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"办不[了成]|没(?:有)?人能|谁(?:也|都)|没办法|没法|不可能|没得办|"
    r"\b(?:nobody|no one|none|cannot be done|can'?t be done|impossible|unable)\b",
    re.IGNORECASE,
)


def _says_which(ctx: Context) -> bool:
    return bool(_ANOTHER.search(ctx.text) or _NOBODY.search(ctx.text))


def _is_news(ctx: Context) -> bool:
    """Whether the speaker holds what this is about, and does not answer the question below."""
    asked = questions.open_to(ctx.tx, ctx.who.id, ctx.now)
    answers_it = _says_which(ctx) and any(one.kind == "failing" for one in asked)
    return not answers_it and naming.held(ctx) is not None


@sentence("could_not", fits=_is_news)
def could_not(ctx: Context) -> Iterator[Effect]:
    """The task meant is named in the question, so that a wrong guess is seen."""
    number = naming.held(ctx)
    request = requests.get(ctx.tx, number) if number is not None else None
    if request is None:
        return
    if len(claims.holders(ctx.tx, request.number)) > 1:
        yield from release.give_up(ctx, request.number)  # the others go on with it
        return
    yield Ask(
        ToPerson(ctx.who.id),
        "failing.which",
        showing.openly(ctx, request),
        about=request.number,
        direct=True,
        person_id=ctx.who.id,
        question="failing",
        ref=request.number,
    )


@answers("failing", _says_which)
def told_which(ctx: Context) -> Iterator[Effect]:
    """Somebody else: the stand-by, or the neighbours again. Nobody: it ends, and why is kept."""
    request = requests.get(ctx.tx, ctx.asked.ref)
    if request is None or ctx.who.id not in claims.holders(ctx.tx, request.number):
        return
    if _NOBODY.search(ctx.text) and not _ANOTHER.search(ctx.text):
        yield from settling.close(ctx, request, "unable")
    else:
        yield from release.give_up(ctx, request.number)
