"""What a message shows of the things named in it: tokens, their runs, and signs beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from bot.understanding.amounts import Amount
from bot.understanding.lexicon import Hit

_MOST = 160  # tokens of one message that are looked at
_TOKEN = re.compile(r"[a-z][a-z'’-]*|\d+|\S")
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
_KIND = {word: kind for kind, words in _CUES_EN.items() for word in words.split()}
_CUE = re.compile("|".join(f"(?P<{kind}>{words})" for kind, words in _CUES_ZH.items()))
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

Token = tuple[str, int, int]
Span = tuple[int, int]


def tokens(low: str) -> list[Token]:
    """The tokens of a message in lower case, and where they stand."""
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
    known = ["^", *_known(found, hits), "$"]
    cues = _cues(low, found)
    left, right = _near(found, cues, lang), _near(found, cues, lang, back=True)
    beside = _beside(found, counted)
    clauses, asks = _clauses(found, lang), _asks(low)
    out = []
    for i, (word, _, _) in enumerate(found):
        this, before = known[i + 1], left[i]
        signs = [
            f"b{before}{cues[i]}",
            f"s{before}{right[i]}",
            f"d{asks}{before}",
            f"c{asks}{clauses[i]}{this}",
        ]
        if beside[i]:
            signs.append(f"a{beside[i]}{this}")
        if this != "-":
            signs += (f"l{known[i]}{this}{known[i + 2]}", f"n{before[:2]}{this}")
        elif len(word) > 3 and word > "a" and word < "{":
            signs += (f"e{word[-3:]}", f"p{word[:4]}")
        out.append(signs)
    return out


def _clauses(found: Sequence[Token], lang: str) -> list[str]:
    """For each token how many clauses have gone before and come after, up to two."""
    sizes, size, end, zh = [], 0, 0, lang == "zh"
    for word, start, stop in found:
        if word in _STOPS or (start > end and zh and word > _HAN):
            sizes.append(size)
            size = 0
        size += 1
        end = stop
    sizes.append(size)
    last, out = len(sizes) - 1, []
    for n, size in enumerate(sizes):
        out += [f"{min(2, n)}{min(2, last - n)}"] * size
    return out


def _asks(low: str) -> str:
    """Which kinds of asking a message holds: for a thing, for a deed, or giving."""
    return "".join(name for name, like in _ASKS if like.search(low))


def _known(found: Sequence[Token], hits: Sequence[Hit]) -> list[str]:
    """For each token the kind the lexicon gives it, and whether it begins the word."""
    out = ["-"] * len(found)
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
    at: dict[int, str] = {}
    if not low.isascii():
        for m in _CUE.finditer(low):
            for place in range(m.start(), m.end()):
                at[place] = (m.lastgroup or "")[:2]
    return [at.get(start) or _KIND.get(word, "")[:2] for word, start, _ in found]


def _near(
    found: Sequence[Token], cues: Sequence[str], lang: str, *, back: bool = False
) -> list[str]:
    """For each token the nearest cue before (or after) it in its clause, and how far it is."""
    out = [""] * len(found)
    last, far = "^^", 0
    order = range(len(found) - 1, -1, -1) if back else range(len(found))
    previous: Token | None = None
    for i in order:
        word, start, end = found[i]
        gap = previous is not None and (end < previous[1] if back else previous[2] < start)
        if gap and lang == "zh" and word > _HAN:
            last, far = "||", 0  # a space ends a clause where people write no signs
        out[i] = f"{last}{min(far, 4 if back else 6)}"
        if word in _STOPS:
            last, far = "||", 0
        elif cues[i]:
            last, far = cues[i], 0
        else:
            far += 1
        previous = found[i]
    return out


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
