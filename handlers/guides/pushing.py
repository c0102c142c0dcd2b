"""Ten questions, ten answers: a collection is pushed one by one, the next each time."""

from __future__ import annotations

from datetime import date

from handlers.guides import ranking
from handlers.kit import Both, Context, Sorry, Word
from storage import guides
from storage.guides import GuideAnswer

ALL = "*"


def left(
    ctx: Context, guide: str, place_id: int, today: date, pushed: list[str]
) -> list[GuideAnswer]:
    """Those of a collection (``*``: of all) that hold for a place and were not pushed yet."""
    around = [one for one in ranking.at(ctx.tx, place_id) if one is not None]
    wanted = guide.casefold()
    return [
        one
        for one in guides.every(ctx.tx, around)
        if (guide == ALL or one.guide.casefold() == wanted)
        and one.key not in pushed
        and ranking.is_good(one, today)
    ]


def preview(ctx: Context, guide: str, place_id: int, today: date, pushed: list[str]) -> Word:
    """How many there are and which comes first; Sorry where there are none."""
    found = left(ctx, guide, place_id, today, pushed)
    if not found:
        key = "guides.none_at_all" if guide == ALL else "guides.none_here"
        raise Sorry(key, guide=guide)
    first = Both(found[0].question or found[0].question_en, found[0].question_en)
    values = {"guide": found[0].guide, "count": len(found), "question": first}
    return Word("guides.next_of_all" if guide == ALL else "guides.next", values)
