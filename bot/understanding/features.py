"""What the model looks at: pieces of the words, what the rules found, where the talk stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import add
from typing import NamedTuple

from bot.understanding.lexicon import Hit
from bot.understanding.normalise import Plain, normalise
from bot.understanding.talk import Talk, yes_or_no
from handlers.reading import Act, Danger, Spot

_TOKEN = re.compile(r"[a-z']+|\d+|\S")
_JOINED = re.compile(r"[a-z'\d]")  # what may stand in a token with others
_PART = 4  # letters of the parts of Latin words
_HEAD, _TAIL = "‹›"  # beside the first and the last tokens
_MOST = 250  # tokens of one message that are looked at
_FEW = 30  # an answer of more tokens than this stands for itself
_EDGE = 3  # tokens at either end of a message that are also looked at as its ends
_BOT = frozenset(("bot", "邻帮", "linbang", "机器人"))


class Heard(NamedTuple):
    """What lexicon, cues, rules and slots found in one message; ``mask`` holds its tags."""

    plain: Plain
    low: str
    hits: Sequence[Hit]
    danger: Danger | None
    fear: Danger | None
    phone: tuple[str, ...]
    place: Spot
    mask: int
    act: Act
    sure: float


def tokens(low: str) -> list[str]:
    """The tokens of a message in lower case: a Chinese character, a Latin word, a sign, a number.

    Of a number only its length is told.
    """
    if _JOINED.search(low) is None:
        return list("".join(low.split()))[:_MOST]
    found = _TOKEN.findall(low)[:_MOST]
    return ["0" * min(len(t), 4) if t.isdecimal() else t for t in found]


def spelt(said: Sequence[str]) -> str:
    """Tokens as the model's words are looked for in them: ``|^|a|<latin>|$|``, then both ends.

    Whatever is a piece of the message stands in it word for word, so that one search finds all.
    """
    marked = _marked(said)
    head, tail = _HEAD.join(marked[1 : 1 + _EDGE]), _TAIL.join(marked[-1 - _EDGE : -1])
    return f"|{'|'.join(marked)}|{_HEAD}{head}{_HEAD}{_TAIL}{tail}{_TAIL}"


def pieces(said: Sequence[str]) -> dict[str, str]:
    """Runs of one to three tokens, the ends of a message and parts of Latin words, as `spelt` has
    them, and the name of each: what is written alike without spaces weighs alike.

    This is for training; a model finds the pieces it knows by itself.
    """
    bare, t = ["^", *said, "$"], _marked(said)
    out = {
        f"|{'|'.join(t[i : i + n])}|": "".join(bare[i : i + n])
        for n in (1, 2, 3)
        for i in range(len(t) - n + 1)
    }
    for marked, one in zip(t[1 : 1 + _EDGE], bare[1 : 1 + _EDGE], strict=True):
        out[f"{_HEAD}{marked}{_HEAD}"] = "<<" + one
    for marked, one in zip(t[-1 - _EDGE : -1], bare[-1 - _EDGE : -1], strict=True):
        out[f"{_TAIL}{marked}{_TAIL}"] = ">>" + one
    for word in t:
        if len(word) > _PART:  # it has its brackets
            parts = [word[i : i + _PART] for i in range(len(word) - _PART + 1)]
            out.update(zip(parts, parts, strict=True))
    return out


def _marked(said: Sequence[str]) -> list[str]:
    """The tokens between their ends, long Latin words in brackets: of these parts are looked at."""
    long = [f"<{t}>" if len(t) >= _PART and t[0] != "0" else t for t in said]
    return ["^", *long, "$"]


def _tokens(low: str) -> list[str]:
    return ["^", *tokens(low), "$"]


def facts(heard: Heard, tags: dict[int, str]) -> list[str]:
    """What is known of a message besides its words; ``tags`` names the bits of ``heard.mask``.

    The act that the rules give is left out: they were written with some voices at hand, on which
    they look better than they are, and a model that sees it trusts them too much on new voices.
    """
    mask, plain = heard.mask, heard.plain
    out = []
    while mask:
        bit = mask & -mask
        out.append(tags[bit])
        mask ^= bit
    if plain.emoji:
        out.append("f:emoji")
        out += [f"e:{sign}" for sign in set(plain.emoji[:6])]
    if plain.chain:
        out.append("f:chain")
    if plain.quoted:
        out.append("f:quoted")
    if plain.mentions:
        out.append("f:mention")
    out += {f"h:{hit.entry.kind}:{hit.entry.category}" for hit in heard.hits}
    return out


def of_talk(heard: Heard, text: str, talk: Talk) -> list[str]:
    """Where the talk stands, and how the message sits in it."""
    said, asked = yes_or_no(text), talk.asked
    stands = f"{talk.holds_task:d}{talk.has_request:d}"
    out = ["c:talk", f"c:a:{asked}", f"c:s:{stands}", f"c:y:{said}", f"c:{asked}:y:{said}"]
    t = _tokens(heard.low)
    if len(t) < _FEW:
        out += [f"c:{asked}:{piece}" for piece in {*t, *map(add, t, t[1:])}]
    return out


def before(context: Sequence[str]) -> list[str]:
    """Pieces of the line before, marked by who spoke it."""
    if not context:
        return []
    line = context[-1]
    name, _, said = line.partition(":") if ":" in line else line.partition("：")
    mark = "pb:" if name.strip().lower() in _BOT else "po:"
    t = _tokens(normalise(said).text.lower())
    out = {mark, *(mark + one for one in t)}
    out.update([mark + pair for pair in map(add, t, t[1:])])
    out.update([mark + a + b + c for a, b, c in zip(t, t[1:], t[2:], strict=False)])
    return list(out)
