"""What a message shows of the things named in it: tokens, their runs, and signs beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ahocorasick_rs import AhoCorasick, MatchKind

from bot.understanding.amounts import Amount
from bot.understanding.lexicon import Hit

_MOST = 160  # tokens of one message that are looked at
_TOKEN = re.compile(r"[a-z][a-z'’-]*|\d+|\S")
_JOINED = re.compile(r"[a-z\d]")  # what may stand in a token with others
_CUES_ZH = {
    "want": "急需|需要|想要|要不要|等着用|要|求|缺|差|找|寻|订|蹲|想",
    "borrow": "借|租",
    "have": "有没有|有冇|谁有|还有|有",
    "give": "送|给|出|转|捐|匀|分|让|剩|多|闲置|富余|捡到|拿|领|取",
    "fetch": "买|带|捎|代购|拎|抢|囤",
    "do": "修|换|装|搬|抬|教|帮|陪|接|喂|遛|看|照|弄|写|填|通|查|洗|缝|剪|会|懂|认识",
    "no": "没|不|别|了",
    "spent": "用完|喝完|吃完|用光|断|完了",
}
_CUES_EN = {
    "want": "need needed want wanted wants needs looking require required iso after urgently",
    "borrow": "borrow lend loan spare use",
    "have": "got have has get anyone anybody any who having with some",
    "give": "giving give free offer leftover extra going share made take donate donating too",
    "fetch": "buy grab pick bring fetch collect drop",
    "do": "fix help teach watch feed walk look sit drive carry move read write lift check do",
    "no": "not no won't isn't don't can't stopped keeps broken ran out gone leaking blocked stuck",
    "own": "my the our your a an this his her",
    "and": "and or n plus",
    "of": "of for to in at on from",
}
_KIND = {word: kind[:2] for kind, words in _CUES_EN.items() for word in words.split()}
_CUE_KINDS = [kind[:2] for kind, words in _CUES_ZH.items() for _ in words.split("|")]
# The first of the list that fits, as in a pattern of choices.
_CUE = AhoCorasick(
    [word for words in _CUES_ZH.values() for word in words.split("|")],
    matchkind=MatchKind.LeftmostFirst,
)
# A cue and how far it is, as one word that is made but once, for it is looked up by it.
_CUE_NAMES = ("^^", "||", *(kind[:2] for kind in _CUES_ZH | _CUES_EN))
_FAR_BEFORE, _FAR_AFTER = 6, 4
_BEFORE = {cue: [f"{cue}{far}" for far in range(_FAR_BEFORE + 1)] for cue in _CUE_NAMES}
_AFTER = {cue: [f"{cue}{far}" for far in range(_FAR_AFTER + 1)] for cue in _CUE_NAMES}
_ASKS = tuple(
    (name, re.compile(like))
    for name, like in (
        ("h", "有没有|谁有|谁家|哪家|有吗|借|求|缺|anyone|anybody|spare|borrow|need"),
        ("d", "谁会|谁懂|谁能|帮|修|师傅|陪|接|can some|could|help|who can|would"),
        ("g", "送|免费|多了|要的|来拿|free|giving|leftover|happy to|come"),
    )
)
_STOPS = frozenset(",。!?;:")
_HAN = "\u2fff"
UNLISTED = "-"  # the kind of what the lexicon does not know

Token = tuple[str, int, int]
Span = tuple[int, int]


def tokens(low: str) -> list[Token]:
    """The tokens of a message in lower case, and where they stand."""
    if _JOINED.search(low) is None:
        return [(c, i, i + 1) for i, c in enumerate(low) if not c.isspace()][:_MOST]
    return [(m[0], m.start(), m.end()) for m in _TOKEN.finditer(low)][:_MOST]


def looks(
    low: str, found: Sequence[Token], hits: Sequence[Hit], counted: Sequence[Amount], lang: str
) -> Iterator[tuple[int, int, str]]:
    """(first position scored, size of the run, its name); positions count from two before."""
    for size, row in enumerate(runs(found), 1):
        for at, name in enumerate(row, size - 2):
            yield at, size, name
    for at, names in enumerate(signs(low, found, hits, counted, lang), 2):
        for name in names:
            yield at, 0, name


def runs(found: Sequence[Token]) -> tuple[list[str], list[str], list[str]]:
    """Runs of one, two and three tokens, from the beginning of the message to its end."""
    ones = ["^", *["0" * min(len(t), 4) if t.isdigit() else t for t, _, _ in found], "$"]
    twos = [f"{one} {more}" for one, more in pairwise(ones)]
    threes = [f"{two} {more}" for two, more in zip(twos, ones[2:], strict=False)]
    return ones, twos, threes


def signs(
    low: str, found: Sequence[Token], hits: Sequence[Hit], counted: Sequence[Amount], lang: str
) -> list[list[str]]:
    """For each token what else there is to know of it."""
    asks, seen = sights(low, found, hits, counted, lang)
    out = []
    for (word, _, _), before, cue, after, clause, near, previous, this, following in seen:
        names = [*of_cue(asks, before, cue), of_cues(before, after), of_clause(asks, clause, this)]
        if near:
            names.append(of_number(near, this))
        if this != UNLISTED:
            names += of_kinds(before[:2], previous, this, following)
        names += of_letters(word) if this == UNLISTED else ()
        out.append(names)
    return out


Sight = tuple[Token, str, str, str, str, str, str, str, str]


def sights(
    low: str, found: Sequence[Token], hits: Sequence[Hit], counted: Sequence[Amount], lang: str
) -> tuple[str, Iterator[Sight]]:
    """What the signs of the tokens follow from: what the message asks, and for each token

    itself, the nearest cue before it, its own, the nearest after it, the place of its clause, what
    it is to a number beside it, and the kinds the lexicon gives the token before, it and the next.
    """
    known = ["^", *_known(found, hits), "$"]
    cues, zh = _cues(low, found), lang == "zh"
    left, clauses = _before(found, cues, zh=zh)
    right, beside = _after(found, cues, zh=zh), _beside(found, counted)
    seen = zip(
        *(found, left, cues, right, clauses, beside, known, known[1:], known[2:]), strict=False
    )
    return _asks(low), seen


def of_cue(asks: str, before: str, cue: str) -> tuple[str, str]:
    """Signs by the nearest cue before a token and the one it belongs to."""
    return f"b{before}{cue}", f"d{asks}{before}"


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


def _asks(low: str) -> str:
    """Which kinds of asking a message holds: for a thing, for a deed, or giving."""
    return "".join(name for name, like in _ASKS if like.search(low))


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


def _cues(low: str, found: Sequence[Token]) -> list[str]:
    """For each token the first letters of the cue it belongs to, or nothing."""
    if low.isascii():
        return [_KIND.get(word, "") for word, _, _ in found]
    at: dict[int, str] = {}
    for which, start, end in _CUE.find_matches_as_indexes(low):
        for place in range(start, end):
            at[place] = _CUE_KINDS[which]
    return [at.get(start) or _KIND.get(word, "") for word, start, _ in found]


def _before(
    found: Sequence[Token], cues: Sequence[str], *, zh: bool
) -> tuple[list[str], list[str]]:
    """For each token the nearest cue before it in its clause, and how far; and its clause's place.

    Of clauses it is told how many come before and after, up to two. A space ends one where people
    write no signs.
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
    return near, _clauses(sizes)


def _clauses(sizes: Sequence[int]) -> list[str]:
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
