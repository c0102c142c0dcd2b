"""What a message shows of the things named in it: tokens, their runs, and signs beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from bot.understanding.amounts import Amount
from bot.understanding.asking import KINDS, Token, asking, cues
from bot.understanding.lexicon import Hit

_MOST = 160  # tokens of one message that are looked at
_TOKEN = re.compile(r"[a-z][a-z'’-]*|\d+|\S")
_JOINED = re.compile(r"[a-z\d]")  # what may stand in a token with others
# A cue and how far it is, as one word that is made but once, for it is looked up by it.
_CUE_NAMES = ("^^", "||", *KINDS)
_FAR_BEFORE, _FAR_AFTER = 6, 4
_BEFORE = {cue: [f"{cue}{far}" for far in range(_FAR_BEFORE + 1)] for cue in _CUE_NAMES}
_AFTER = {cue: [f"{cue}{far}" for far in range(_FAR_AFTER + 1)] for cue in _CUE_NAMES}
_STOPS = frozenset(",。!?;:")
_HAN = "\u2fff"
UNLISTED = "-"  # the kind of what the lexicon does not know

Span = tuple[int, int]


class Plea(NamedTuple):
    """A plea or an offer: in lower case, with what the lexicon and the grammar of amounts find.

    ``topic`` is what it is about, as said by its danger or its category; nothing if not known.
    """

    low: str
    hits: Sequence[Hit]
    counted: Sequence[Amount]
    lang: str
    topic: str = ""


def tokens(low: str) -> list[Token]:
    """The tokens of a message in lower case, and where they stand."""
    if _JOINED.search(low) is None:
        return [(c, i, i + 1) for i, c in enumerate(low) if not c.isspace()][:_MOST]
    return [(m[0], m.start(), m.end()) for m in _TOKEN.finditer(low)][:_MOST]


def looks(plea: Plea, found: Sequence[Token]) -> Iterator[tuple[int, int, str]]:
    """(first position scored, size of the run, its name); positions count from two before."""
    for size, row in enumerate(runs(found), 1):
        for at, name in enumerate(row, size - 2):
            yield at, size, name
    for at, names in enumerate(signs(plea, found), 2):
        for name in names:
            yield at, 0, name


def runs(found: Sequence[Token]) -> tuple[list[str], list[str], list[str]]:
    """Runs of one, two and three tokens, from the beginning of the message to its end."""
    ones = ["^", *["0" * min(len(t), 4) if t.isdigit() else t for t, _, _ in found], "$"]
    twos = [f"{one} {more}" for one, more in pairwise(ones)]
    threes = [f"{two} {more}" for two, more in zip(twos, ones[2:], strict=False)]
    return ones, twos, threes


def signs(plea: Plea, found: Sequence[Token]) -> list[list[str]]:
    """For each token what else there is to know of it."""
    asks, topic, seen = sights(plea, found)
    out = []
    for (word, _, _), before, cue, after, clause, does, near, previous, this, following in seen:
        names = [
            *of_cue(asks, before, cue),
            *of_topic(topic, before[:2], cue),
            of_cues(before, after),
            of_clause(asks, clause, this),
            *of_asking(does, this),
        ]
        if near:
            names.append(of_number(near, this))
        if this != UNLISTED:
            names += of_kinds(before[:2], previous, this, following)
        names += of_letters(word) if this == UNLISTED else ()
        out.append(names)
    return out


Sight = tuple[Token, str, str, str, str, str, str, str, str, str]


def sights(plea: Plea, found: Sequence[Token]) -> tuple[str, str, Iterator[Sight]]:
    """What the signs of the tokens follow from: what the message asks and is about, and for each

    token itself, the nearest cue before it, its own, the nearest after it, the place of its clause,
    what that asks, what the token is to a number beside it, and the kinds the lexicon gives the
    token before, it and the next.
    """
    known = ["^", *_known(found, plea.hits), "$"]
    own, zh = cues(plea.low, found), plea.lang == "zh"
    left, sizes = _before(found, own, zh=zh)
    asks, does = asking(plea.low, found, sizes)
    seen = zip(
        *(found, left, own, _after(found, own, zh=zh), _clauses(sizes), does),
        *(_beside(found, plea.counted), known, known[1:], known[2:]),
        strict=False,
    )
    return asks, plea.topic, seen


def of_cue(asks: str, before: str, cue: str) -> tuple[str, str]:
    """Signs by the nearest cue before a token and the one it belongs to."""
    return f"b{before}{cue}", f"d{asks}{before}"


def of_topic(topic: str, before: str, cue: str) -> tuple[str, ...]:
    """Signs by what the message is about; none if that is not known."""
    return (f"k{topic}", f"K{topic}{before}", f"m{topic}{cue}") if topic else ()


def of_asking(does: str, this: str) -> tuple[str, str]:
    """Signs by what the token's clause and the others do: ask, give, tell what is amiss."""
    return f"q{does}{this}", f"Q{does.replace('n', '')}{this}"


def of_cues(before: str, after: str) -> str:
    """The sign by the nearest cues on either side."""
    return f"s{before}{after}"


def of_clause(asks: str, clause: str, this: str) -> str:
    """The sign by the place of the clause."""
    return f"c{asks}{clause}{this}"


def of_number(near: str, this: str) -> str:
    """The sign by a number beside the token or around it."""
    return f"a{near}{this}"


def of_kinds(cue: str, previous: str, this: str, following: str) -> tuple[str, str]:
    """Signs by what the lexicon makes of a token and its neighbours."""
    return f"l{previous}{this}{following}", f"n{cue}{this}"


def of_letters(word: str) -> tuple[str, ...]:
    """Signs by the letters of a long Latin word; none of others."""
    return (f"e{word[-3:]}", f"p{word[:4]}") if len(word) > 3 and "a" < word < "{" else ()


def _known(found: Sequence[Token], hits: Sequence[Hit]) -> list[str]:
    """For each token the kind the lexicon gives it, and whether it begins the word."""
    out = [UNLISTED] * len(found)
    at = 0
    for hit in hits:
        while at < len(found) and found[at][1] < hit.start:
            at += 1
        mark = "B"
        while at < len(found) and found[at][2] <= hit.end:
            out[at] = hit.entry.kind[0] + mark
            mark = "I"
            at += 1
    return out


def _before(
    found: Sequence[Token], cues: Sequence[str], *, zh: bool
) -> tuple[list[str], list[int]]:
    """For each token the nearest cue before it in its clause, and how far; and how many tokens

    each clause has. A space ends one where people write no signs.
    """
    near, sizes = [], []
    last, far, size, stop = "^^", 0, 0, 0
    for (word, start, end), cue in zip(found, cues, strict=True):
        stops = word in _STOPS
        if stops or (zh and start > stop and word > _HAN):
            sizes.append(size)
            size = 0
            if not stops:
                last, far = "||", 0
        size += 1
        near.append(_BEFORE[last][far])
        if stops:
            last, far = "||", 0
        elif cue:
            last, far = cue, 0
        elif far < _FAR_BEFORE:
            far += 1
        stop = end
    sizes.append(size)
    return near, sizes


def _clauses(sizes: Sequence[int]) -> list[str]:
    """For each token how many clauses come before and after its own, up to two."""
    last, out = len(sizes) - 1, []
    for n, size in enumerate(sizes):
        out += [f"{min(2, n)}{min(2, last - n)}"] * size
    return out


def _after(found: Sequence[Token], cues: Sequence[str], *, zh: bool) -> list[str]:
    """For each token the nearest cue after it in its clause, and how far it is."""
    near = []
    last, far, begin = "^^", 0, 0
    for (word, start, end), cue in zip(reversed(found), reversed(cues), strict=True):
        if zh and end < begin and word > _HAN:
            last, far = "||", 0
        near.append(_AFTER[last][far])
        if word in _STOPS:
            last, far = "||", 0
        elif cue:
            last, far = cue, 0
        elif far < _FAR_AFTER:
            far += 1
        begin = start
    near.reverse()
    return near


def _beside(found: Sequence[Token], counted: Sequence[Amount]) -> list[str]:
    out = [""] * len(found)
    for amount in counted:
        first, last = amount.span
        for i, (_, start, end) in enumerate(found):
            if start >= first and end <= last:
                out[i] = "q"
            elif 0 <= start - last <= 1:
                out[i] = "p"
    return out
