"""What the model looks at: pieces of the words, what the rules found, where the talk stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from bot.understanding.lexicon import Hit
from bot.understanding.normalise import Plain, normalise
from bot.understanding.talk import Talk, yes_or_no
from handlers.reading import Act, Danger, Spot

_TOKEN = re.compile(r"[a-z']+|\d+|\S")
_LONG_WORD = re.compile(r"[a-z']{4,}")
_MOST = 250  # tokens of one message that are looked at
_FEW = 30  # an answer of more tokens than this stands for itself
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
    """Runs of one to four tokens of a message in lower case, and parts of long Latin words.

    A token is a Chinese character, a Latin word, a sign, or a number told by its length only.
    """
    t = _tokens(low)
    out = [*t, *(a + b for a, b in pairwise(t))]
    out += [a + b + c for a, b, c in zip(t, t[1:], t[2:], strict=False)]
    out += [a + b + c + d for a, b, c, d in zip(t, t[1:], t[2:], t[3:], strict=False)]
    for word in _LONG_WORD.findall(low)[:80]:
        whole = f"<{word}>"
        out += [whole[i : i + 4] for i in range(len(whole) - 3)]
    return list(dict.fromkeys(out))


def many(low: str) -> int:
    """How many tokens a message has."""
    return len(_TOKEN.findall(low[:_MOST]))


def _tokens(low: str) -> list[str]:
    found = _TOKEN.findall(low)[:_MOST]
    return ["^", *("0" * min(len(t), 4) if t.isdigit() else t for t in found), "$"]


def facts(heard: Heard, tags: dict[int, str]) -> list[str]:
    """What the rules know of a message, by name; ``tags`` names the bits of ``heard.mask``."""
    mask, plain = heard.mask, heard.plain
    out = [f"v:{heard.act}", f"v:{heard.act}:{int(heard.sure * 20)}"]
    while mask:
        bit = mask & -mask
        out.append(tags[bit])
        mask ^= bit
    if plain.emoji:
        out.append("emoji")
        out += [f"e:{sign}" for sign in set(plain.emoji[:6])]
    if plain.chain:
        out.append("chain")
    if plain.quoted:
        out.append("quoted")
    if plain.mentions:
        out.append("mention")
    out += {f"h:{hit.entry.kind}:{hit.entry.category}" for hit in heard.hits}
    return out


def of_talk(heard: Heard, text: str, talk: Talk, ruled: Act) -> list[str]:
    """Where the talk stands, and how the message sits in it; ``ruled`` is the rules' act in it."""
    said, asked = yes_or_no(text), talk.asked
    stands = f"{talk.holds_task:d}{talk.has_request:d}"
    out = ["c:talk", f"c:a:{asked}", f"c:s:{stands}", f"c:y:{said}", f"c:{asked}:y:{said}"]
    out += [f"c:r:{ruled}", f"c:{asked}:r:{ruled}", f"c:{stands}:r:{ruled}"]
    out += [f"c:{asked}:v:{heard.act}", f"c:{stands}:v:{heard.act}"]
    t = _tokens(heard.low)
    if len(t) < _FEW:
        pairs = {a + b for a, b in pairwise(t)}
        out += [f"c:{asked}:{piece}" for piece in pairs.union(t)]
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
    out.update(mark + a + b for a, b in pairwise(t))
    out.update(mark + a + b + c for a, b, c in zip(t, t[1:], t[2:], strict=False))
    return list(out)
