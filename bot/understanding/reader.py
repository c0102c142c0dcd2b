"""Reads a message: clean text, slots, lexicon, danger, act, and what the talk makes of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache

from bot.understanding.acts import EDGES, Judge, category
from bot.understanding.dangers import Dangers
from bot.understanding.features import Heard, before, facts, of_talk, spelt, tokens
from bot.understanding.items import items_of
from bot.understanding.lexicon import Lexicon, lexicon
from bot.understanding.model import CLEAR, Decided, Judged, Model, may_cry, shipped, weigh
from bot.understanding.normalise import Plain, lowered, normalise, written
from bot.understanding.people import NOBODY, person
from bot.understanding.phones import phones
from bot.understanding.spots import NOWHERE, cued, spot
from bot.understanding.talk import Talk, in_talk, is_of_what_is_open, talk_from
from bot.understanding.times import when
from handlers.reading import Category, Item, Reading, When

_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_a-z]|[a-z]{2}")
"""Letters enough to say something: an act is not guessed from a lone one."""
_MANY_DIGITS = re.compile(r"(?:\d[ \-.()]{0,2}){7}")
_REFERS = re.compile(
    r"(?:^|[\s,。:])(?:(?:我来|我接|接|领|认领|做|去|抢|取消|关闭|转|完成|退|放弃)(?:单|任务)?\s?#?)"
    r"(\d{1,6})(?=号?单|号$|$|[\s,。!]|我来|谢谢|吧|了)"
    r"|#\s?(\d{1,6})(?![\d#*])"
    r"|(?<![\d.:])(\d{1,6})\s?号(?:单|任务|求助|需求|件|工单)"
    r"|\b(?:task|no\.?|number|request|job|order|ticket|case|take|claim|do|got|cancel|close)\s?#?"
    r"(\d{1,6})\b(?!\s?(?:am|pm|min|hour|day|box|bottle|pack|kg|people|kids|mg|of|more|or|to"
    r"|week|month|year|pill|bag|pint|mask)|:|\.\d|-)"
    r"|^(\d{1,6})\s?号?\s?,?(?:我来|我接|我去|我可以|我送)",
    re.IGNORECASE,
)
_UNIT_NUMBER = re.compile(
    r"(?:apt|apartment|unit|flat|room|suite|floor|block|bldg|building)\.?\s?#\s?\d", re.IGNORECASE
)
_LABELS = frozenset(("request", "求助", "急求", "求救", "sos", "寻人", "紧急求助", "🆘", "needed"))
_NO_TALK = Talk()
_SLOT_ASKED = frozenset(("what", "where", "which", "expiry", "when"))  # answered by a name
_BARE = 2  # tokens: a word by itself, which asks for nothing
_SORTED = frozenset(("need", "offer", "report"))  # the acts that have a category
_BRIEF = {"zh": 5, "en": 3}  # tokens of an answer of which a rule knows as much as there is to know
_ARGUED = 0.3  # probability at which a rule wins over an act the model finds likelier
_UNASKED = 0.9  # certainty of a claim where nobody asked for anything
_SLOTTED = frozenset(("need", "offer", "report", "unwell", "vouch", "question", "claim", "command"))


class Reader:
    """Turns text into a `Reading`; one instance serves all threads.

    ``model`` may be taken away: then the rules alone decide.
    """

    def __init__(self, words: Lexicon | None = None) -> None:
        self._lexicon = words or lexicon()
        self._judge = _judge()
        self._dangers = _dangers()
        self.tags = {bit: f"t:{name}" for bit, name in self._judge.names.by_bit()}
        self.model: Model | None = shipped()
        self._last: tuple[str, Heard] | None = None  # read first by itself, then in its talk

    def read(
        self,
        text: str,
        *,
        at: datetime | None = None,
        lang: str | None = None,
        context: Sequence[str] = (),
    ) -> Reading:
        """The reading of one message.

        ``at`` is when it was sent, ``lang`` (zh, en) overrides the guess, ``context`` holds the
        earlier lines of the talk, oldest first, as ``name: line``. Never raises on any text.
        """
        heard = self.heard(text, lang)
        self._last = text, heard
        talk = talk_from(context) if context else None
        decided, judged = self._decided(heard, text, talk, context)
        return self._slots(heard, decided, judged, at)

    def in_talk(self, reading: Reading, text: str, talk: Talk) -> Reading:
        """A reading made without knowing the talk, as the talk makes it."""
        if talk == _NO_TALK:
            return reading
        last = self._last
        heard = last[1] if last and last[0] == text else self.heard(text)
        new, _ = self._decided(heard, text, talk, ())
        same_danger = new.emergency == reading.emergency
        if talk.asked is None and same_danger and not is_of_what_is_open(talk, new.act, heard.low):
            return reading  # who has asked for one thing may ask for another, or chat
        if (new.act, new.emergency) == (reading.act, reading.emergency):
            return reading.but(confidence=new.confidence)
        items = reading.items if new.act in ("need", "offer") else ()
        kept = reading.category if new.act in ("need", "offer", "report") else None
        return reading.but(
            act=new.act,
            emergency=new.emergency,
            items=items,
            category=kept,
            confidence=new.confidence,
        )

    def why(self, text: str) -> list[str]:
        """The tags a message is decided by, for those who tune the rules."""
        return self._judge.names.names(self.heard(text).mask)

    def heard(self, text: str, lang: str | None = None) -> Heard:
        """What lexicon, cues, rules and slots find in a message by itself."""
        plain = normalise(text)
        low = lowered(plain.text)
        hits = self._lexicon.find(low)
        cry = self._dangers.find(low)
        danger = cry.kind if cry and cry.sure else None
        fear = cry.kind if cry and not cry.sure else None
        digits = _DIGIT.search(low) is not None
        numbers = phones(plain.text)[0] if digits and _MANY_DIGITS.search(low) else ()
        place = spot(plain.text) if cued(low) else NOWHERE
        judge = self._judge
        extra = (
            (judge.dangers[danger] if danger else 0)
            | (judge.phone if numbers else 0)
            | (judge.place if place else 0)
            | (judge.room if place.room else 0)
            | (judge.forwarded if plain.forwarded else 0)
            | (judge.hashtag if plain.hashtags else 0)
            | (judge.asked if (plain.emoji or plain.hashtags) and _asks_by_label(plain) else 0)
        )
        mask = judge.tags(low, hits, lang or plain.lang, extra)
        act, sure, mask = judge.verdict(low, mask)
        return Heard(plain, low, hits, danger, fear, numbers, place, mask, act, sure)

    def _ruled(self, heard: Heard, text: str, talk: Talk | None) -> Decided:
        """Act, danger and confidence by the rules alone."""
        if talk is None:
            return Decided(heard.act, heard.sure, heard.danger)
        alone = Reading(act=heard.act, emergency=heard.danger, confidence=heard.sure)
        told = in_talk(alone, text, talk)
        return Decided(told.act, told.confidence, told.emergency)

    def _decided(
        self, heard: Heard, text: str, talk: Talk | None, context: Sequence[str]
    ) -> tuple[Decided, Judged | None]:
        """Act, danger and confidence, by rules and model; and what the model said, if asked."""
        ruled = self._ruled(heard, text, talk)
        if context and ruled.act == "claim" and talk == _NO_TALK and not _DIGIT.search(heard.low):
            ruled = ruled._replace(confidence=_UNASKED)  # 我来, after small talk: no task is open
        # Where the bot knows what it asked, the rules for answers hold; from lines it guesses.
        told = not context
        wordless = _WORD.search(heard.low) is None and not heard.plain.emoji
        slot = talk is not None and talk.asked in _SLOT_ASKED
        if self.model is None or (told and (wordless or slot)):
            return ruled, None
        known = facts(heard, self.tags)
        if talk is not None:
            known += of_talk(heard, text, talk)
        said = tokens(heard.low)
        if told and len(said) <= _BARE and ruled.act == "chat":
            return ruled, None
        judged = self.model.judge(spelt(said), known, before(context))
        # Nobody says how they are in few words unasked: that is a greeting to all.
        unasked = talk is None and ruled.act == "well"
        brief = told and len(said) <= _BRIEF[heard.plain.lang] and not unasked
        return weigh(ruled, judged, brief=brief, argued=_ARGUED if told else 1.0), judged

    def _category(self, heard: Heard, decided: Decided, judged: Judged | None) -> Category | None:
        """What the rules name, unless that is nothing or the model is surer than they ever are."""
        if decided.act not in _SORTED:
            return None
        danger, wanted = decided.emergency, self._judge.wants(heard.mask)
        named = category(decided.act, heard.low, heard.hits, danger, wanted=wanted)
        if self.model is None or judged is None or danger is not None:
            return named
        likely, sure = self.model.category(judged)
        return likely if named == "other" or sure >= CLEAR else named

    def _slots(
        self, heard: Heard, decided: Decided, judged: Judged | None, at: datetime | None
    ) -> Reading:
        """The reading with all that its act calls for."""
        text, low, act, judge = heard.plain.text, heard.low, decided.act, self._judge
        danger, slotted = decided.emergency, act in _SLOTTED or decided.emergency is not None
        about = self._category(heard, decided, judged)
        items: tuple[Item, ...] = ()
        if act in ("need", "offer"):
            items = items_of(heard.plain, low, heard.hits, danger or about or "")
        return Reading(
            act=act,
            emergency=danger,
            category=about,
            items=items,
            place=heard.place,
            phone=heard.phone,
            person=person(text) if slotted and act != "command" else NOBODY,
            when=_as_written(when(text, at), heard.plain.raw),
            urgency=judge.urgency(act, heard.mask, low, danger=danger is not None),
            refers=_refers(text) if _DIGIT.search(low) else None,
            confidence=decided.confidence,
            fear=heard.fear if judged is None or may_cry(judged) else None,
        )


@cache
def reader() -> Reader:
    """The reader that ships with the bot, loaded once."""
    return Reader()


@cache
def _judge() -> Judge:
    return Judge()


@cache
def _dangers() -> Dangers:
    return Dangers()


def _as_written(said: When | None, raw: str) -> When | None:
    return said if said is None else replace(said, text=written(raw, said.text))


def _asks_by_label(plain: Plain) -> bool:
    """Whether a bracket or hashtag says it is a plea: [Request], #求助#."""
    return any(
        label.strip("[]").lower() in _LABELS for label in (*plain.emoji, *plain.hashtags) if label
    )


def _refers(text: str) -> int | None:
    found = _REFERS.search(text.strip(EDGES.replace("#", "")))
    if found is None or _UNIT_NUMBER.search(text):
        return None
    return int(next(group for group in found.groups() if group))
