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
_LONG_WORD = re.compile(r"[a-z']{4,}")
_PARTED = 80  # Latin words of one message that are taken apart
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
    phone: tuple[str, ...]
    place: Spot
    mask: int
    act: Act
    sure: float


def pieces(low: str) -> list[str]:
    """Runs of one to three tokens of a message in lower case, its ends, parts of Latin words.

    A token is a Chinese character, a Latin word, a sign, or a number told by its length only.
    """
    t = _tokens(low)
    out = {*t, *map(add, t, t[1:]), *map("".join, zip(t, t[1:], t[2:], strict=False))}
    out.update(["<<" + one for one in t[1 : 1 + _EDGE]])
    out.update([">>" + one for one in t[-1 - _EDGE : -1]])
    for word in _LONG_WORD.findall(low)[:_PARTED]:
        whole = f"<{word}>"
        out.update([whole[i : i + 4] for i in range(len(whole) - 3)])
    return list(out)


def many(low: str) -> int:
    """How many tokens a message has."""
    return len(_TOKEN.findall(low[:_MOST]))


def _tokens(low: str) -> list[str]:
    found = _TOKEN.findall(low)[:_MOST]
    return ["^", *("0" * min(len(t), 4) if t.isdigit() else t for t in found), "$"]


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
