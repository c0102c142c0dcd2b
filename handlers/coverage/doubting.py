"""Names that nobody bears, or several: asked about once, all in one question."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from handlers import showing
from handlers.coverage import listing
from handlers.coverage.doors import door_in
from handlers.coverage.listing import Doubt, Entry
from handlers.kit import Ask, Context, Lines, ToPerson, Word
from handlers.sentences import tidy
from storage import people
from storage.places import Place

_ALL = re.compile(r"照列|照写|都列|就这样|as written|list them|确认|confirm")
_NONE = re.compile(r"^(?:都|全)?(?:不要|不列|去掉|跳过|skip|leave (?:them|it) out|none)")
_DROP = re.compile(r"^[\s,:]*(?:不要|不列|去掉|删掉|跳过|不用|out|skip|no\b)")
_EVERY = re.compile(r"^[\s,:]*(?:都|两位|全|both|all)")
_WHICH = re.compile(r"^[\s,:]*(?:是|第)?\s*([1-9])\s*(?:个|位)?(?!\s*号楼)")
_IS = re.compile(r"^[\s,:]*(?:是|就是|即|=|is|means)\s*([^,;，；]+)")


def ask(
    ctx: Context,
    campaign_id: int,
    doubts: Sequence[Doubt],
    then: str,
    who: Sequence[int] = (),
) -> Ask:
    """The one question about all of them; ``then``: what goes on when it is answered."""
    kept = [one.as_json() for one in doubts]
    return Ask(
        ToPerson(ctx.who.id),
        "coverage.doubts",
        {"lines": Lines(tuple(_line(ctx, one) for one in doubts))},
        direct=True,
        person_id=ctx.who.id,
        question="coverage_doubts",
        ref=campaign_id,
        data={"doubts": kept, "then": then, "who": list(who)},
        wait=timedelta(hours=2),
    )


def _line(ctx: Context, doubt: Doubt) -> Word:
    if not doubt.people:
        return Word("coverage.unknown_name", {"said": doubt.said})
    which = [
        Word("coverage.one_of", {"at": at, "home": showing.home(ctx, people.get(ctx.tx, one))})
        for at, one in enumerate(doubt.people, 1)
    ]
    return Word("coverage.several", {"said": doubt.said, "which": which})


def _doubts(ctx: Context) -> list[Doubt]:
    return [listing.doubt_of(one) for one in ctx.asked.data["doubts"]]


def fits(ctx: Context) -> bool:
    """Whether this says who was meant."""
    if ctx.in_group:
        return False
    text = tidy(ctx.text)
    if _ALL.search(text) or _NONE.match(text) or ctx.reading.act in {"confirm", "cancel"}:
        return True
    doubts = _doubts(ctx)
    alone = len(doubts) == 1 and bool(_WHICH.match(text) or _IS.match(text) or _EVERY.match(text))
    return alone or any(_said_in(one, text)[0] >= 0 for one in doubts)


def _said_in(doubt: Doubt, text: str) -> tuple[int, int]:
    """Where a doubtful name stands in the answer, with its door or without; (-1, -1) if not."""
    for said in (tidy(doubt.said), tidy(door_in(doubt.said).name)):
        if said and (at := text.find(said)) >= 0:
            return at, at + len(said)
    return -1, -1


def settled(ctx: Context, place: Place) -> tuple[list[Entry], list[Doubt]]:
    """Who goes on the list by this answer, and which of the doubtful are left out."""
    text, entries, left_out = tidy(ctx.text), [], []
    if _NONE.match(text) or ctx.reading.act == "cancel":
        return [], _doubts(ctx)
    for doubt in _doubts(ctx):
        found = _meant(ctx, place, doubt, _about(ctx, doubt, text))
        entries += found
        if not found:
            left_out.append(doubt)
    return entries, left_out


def _about(ctx: Context, doubt: Doubt, text: str) -> str:
    """What is said of one doubtful name: from it to the next."""
    others = [one for one in _doubts(ctx) if one != doubt]
    _, end = _said_in(doubt, text)
    if end < 0:
        return text if not others else ""
    rest = text[end:]
    ends = [at for one in others if (at := _said_in(one, rest)[0]) >= 0]
    return rest[: min(ends, default=len(rest))]


def _meant(ctx: Context, place: Place, doubt: Doubt, said: str) -> list[Entry]:
    if _DROP.match(said):
        return []
    which = _WHICH.match(said)
    if which is not None and int(which[1]) <= len(doubt.people):
        return [listing.entry_of(people.get(ctx.tx, doubt.people[int(which[1]) - 1]))]
    if (other := _IS.match(said)) is not None:
        found = listing.find(ctx, place, listing.as_written(ctx, other[1].strip()))
        if isinstance(found, Entry):
            return [found]
    if doubt.people:
        every = doubt.people if _EVERY.match(said) else ()
        return [listing.entry_of(people.get(ctx.tx, one)) for one in every]
    return [Entry(None, door_in(doubt.said).name or doubt.said, doubt.place_id)]
