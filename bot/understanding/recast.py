"""An answer read in the light of what was asked: yes and no, and what fills a gap."""

from __future__ import annotations

from datetime import datetime

from bot.understanding.acts import category
from bot.understanding.items import items_of
from bot.understanding.lexicon import lexicon
from bot.understanding.normalise import normalise
from bot.understanding.people import person
from bot.understanding.reader import reader
from bot.understanding.talk import Talk, yes_or_no
from bot.understanding.times import when
from handlers.reading import Reading

SHORT = 12
"""A plain yes or no is no longer than this, whatever else it may sound like."""


def recast(reading: Reading, text: str, talk: Talk, at: datetime | None = None) -> Reading:
    """The reading as the talk makes it, with the slots that a question asked for.

    A plain yes is ``confirm``, a plain no ``cancel``, where the question was one of yes or no.
    """
    new = reader().in_talk(reading, text, talk)
    short = len(text) <= SHORT and reading.emergency is None
    if talk.asked in {"yes_no", "same"} and (short or new.act in {"chat", "question"}):
        said = yes_or_no(text)
        if said is not None:
            return new.but(act="confirm" if said else "cancel", confidence=0.9)
    if talk.asked in {"what", "expiry", "when"} and new.emergency is None and not new.items:
        return _filled(new, text, at)
    return new


def _filled(reading: Reading, text: str, at: datetime | None) -> Reading:
    """The things, the person and the time that a bare answer names."""
    plain = normalise(text)
    low = plain.text.lower()
    hits = lexicon().find(low) if len(low) == len(plain.text) else []
    about = category("need", low, hits, danger=None, wanted=True)
    items = items_of(plain, low, hits, about or "") if hits else ()
    kind = about if items else reading.category
    return reading.but(
        items=items, category=kind, person=person(plain.text), when=when(plain.text, at)
    )
