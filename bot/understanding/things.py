"""What is asked for or given, as written: spans of goods, services and faults, known or not.

A token (a Chinese character, a Latin word, a number, a sign) begins a span, continues one or lies
outside. Scores come from the runs of tokens around it, from what the lexicon says of it, and from
the nearest words of wanting, having, giving and mending on either side; the best path wins.
``bench.train_things`` writes the weights.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from bot.understanding.amounts import Amount
from bot.understanding.lexicon import Hit

FILE = Path(__file__).with_name("things.bin")
LIFT = 128  # added to each weight, the same for all labels, so that bytes suffice
REACH = {1: 5, 2: 4, 3: 3, 0: 1}  # positions scored by a run of so many tokens; 0 is a sign
_LABELS = 3
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


class Rows(dict[str, tuple[int, ...]]):
    """Weights by run or sign: a number for each position, with a lane a label.

    Unpacked when first asked for: most are never asked for, and none twice.
    """

    def __init__(self, places: dict[str, int], body: bytes, sizes: list[tuple[int, int]]) -> None:
        self._places, self._body, self._sizes = places, body, sizes

    def __missing__(self, name: str) -> tuple[int, ...]:
        at = self._places.get(name)
        if at is None:
            return ()
        width = next(width for stop, width in self._sizes if at < stop)
        body = self._body
        row = tuple(
            body[k] | body[k + 1] << 16 | body[k + 2] << 32 for k in range(at, at + width, _LABELS)
        )
        self[name] = row
        return row


class Weights(NamedTuple):
    """Rows by run or sign, what one label after another weighs, and the ease of finding."""

    rows: Rows
    steps: tuple[tuple[int, ...], ...]
    ease: int


def tokens(low: str) -> list[Token]:
    """The tokens of a message in lower case, and where they stand."""
    return [(m[0], m.start(), m.end()) for m in _TOKEN.finditer(low)][:_MOST]


def looks(
    low: str, found: Sequence[Token], hits: Sequence[Hit], counted: Sequence[Amount], lang: str
) -> Iterator[tuple[int, int, str]]:
    """(first position scored, size of the run, its name); positions count from two before."""
    words = ["0" * min(len(t), 4) if t.isdigit() else t for t, _, _ in found]
    run = ["^", *words, "$"]
    for i, word in enumerate(run):
        yield i - 1, 1, word
        if i + 1 < len(run):
            pair = f"{word} {run[i + 1]}"
            yield i, 2, pair
            if i + 2 < len(run):
                yield i + 1, 3, f"{pair} {run[i + 2]}"
    known = ["^", *_known(found, hits), "$"]
    cues = _cues(low, found)
    left, right = _near(found, cues, lang), _near(found, cues, lang, back=True)
    beside = _beside(found, counted)
    clauses, asks = _clauses(found, lang), _asks(low)
    for i, (word, _, _) in enumerate(found):
        at, this = i + 2, known[i + 1]
        before, after = left[i], right[i]
        yield at, 0, f"b{before}{cues[i]}"
        yield at, 0, f"s{before}{after}"
        yield at, 0, f"d{asks}{before}"
        yield at, 0, f"c{asks}{clauses[i]}{this}"
        if beside[i]:
            yield at, 0, f"a{beside[i]}{this}"
        if this != "-":
            yield at, 0, f"l{known[i]}{this}{known[i + 2]}"
            yield at, 0, f"n{before[:2]}{this}"
        elif len(word) > 3 and word > "a" and word < "{":
            yield at, 0, f"e{word[-3:]}"
            yield at, 0, f"p{word[:4]}"


def _clauses(found: Sequence[Token], lang: str) -> list[str]:
    """For each token how many clauses have gone before and come after, up to two."""
    out, clause, end = [], 0, 0
    for word, start, stop in found:
        if word in _STOPS or (start > end and lang == "zh" and word > _HAN):
            clause += 1
        out.append(clause)
        end = stop
    return [f"{min(n, 2)}{min(clause - n, 2)}" for n in out]


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


def spans(
    low: str, hits: Sequence[Hit], counted: Sequence[Amount], lang: str, weights: Weights
) -> list[Span]:
    """Where things are named in a message in lower case."""
    found = tokens(low)
    if not found:
        return []
    scores = [0] * (len(found) + 7)
    rows = weights.rows
    for first, _, name in looks(low, found, hits, counted, lang):
        for at, value in enumerate(rows[name], first):
            scores[at] += value
    return _spans(found, _path(scores[2 : len(found) + 2], weights))


def _path(scores: Sequence[int], weights: Weights) -> list[int]:
    """The best labels: 0 outside, 1 the first token of a span, 2 a further one."""
    (oo, ob, _), (bo, bb, bi), (io, ib, ii) = weights.steps
    lane = 0xFFFF
    never = -(10**9)
    o, b, i = 0, never, never
    back = []
    for n, score in enumerate(scores):
        if n:
            o_from = 0 if o + oo >= b + bo and o + oo >= i + io else 1 if b + bo >= i + io else 2
            b_from = 0 if o + ob >= b + bb and o + ob >= i + ib else 1 if b + bb >= i + ib else 2
            i_from = 1 if b + bi >= i + ii else 2
            o, b, i = (
                (o + oo, b + bo, i + io)[o_from],
                (o + ob, b + bb, i + ib)[b_from],
                b + bi if i_from == 1 else i + ii,
            )
            back.append((o_from, b_from, i_from))
        else:
            b = 0
        o += (score & lane) - weights.ease
        b += score >> 16 & lane
        i += score >> 32
    label = 0 if o >= b and o >= i else 1 if b >= i else 2
    path = [label]
    for step in reversed(back):
        label = step[label]
        path.append(label)
    return path[::-1]


def _spans(found: Sequence[Token], path: Sequence[int]) -> list[Span]:
    out: list[Span] = []
    for (_, start, end), label in zip(found, path, strict=True):
        if label == 1:
            out.append((start, end))
        elif label == 2 and out:
            out[-1] = (out[-1][0], end)
    return out


def packed(raw: bytes) -> Weights:
    """Weights from the bytes of a file: a head, the names, then a byte a weight."""
    head, rest = raw.split(b"\n", 1)
    names, body = rest.split(b"\n\n", 1)
    told = json.loads(head)
    begins: list[range] = []
    at = 0
    for size, many in told["sizes"]:
        width = _LABELS * REACH[size]
        begins.append(range(at, at + many * width, width))
        at += many * width
    places = dict(zip(names.decode().split("\n"), chain(*begins), strict=True))
    sizes = [
        (begin.stop, _LABELS * REACH[size])
        for begin, (size, _) in zip(begins, told["sizes"], strict=True)
    ]
    return Weights(Rows(places, body, sizes), tuple(map(tuple, told["steps"])), told["ease"])


@cache
def shipped() -> Weights:
    """The weights that ship with the bot, read when first a plea is heard."""
    return packed(FILE.read_bytes())
