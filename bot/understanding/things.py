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
from itertools import chain, islice, pairwise
from pathlib import Path
from struct import unpack_from
from typing import NamedTuple

from bot.understanding.amounts import Amount
from bot.understanding.lexicon import Hit

FILE = Path(__file__).with_name("things.bin")
LIFT = 128  # added to each weight, the same for all labels, so that bytes suffice
REACH = {1: 5, 2: 4, 3: 3, 0: 1}  # positions scored by a run of so many tokens; 0 is a sign
_LABELS = 3
_LANE = 2  # bytes: room for two hundred and more weights in a sum
_STEP = 8 * _LANE * _LABELS  # bits of one position
_BEYOND = 10  # positions scored before and after the tokens themselves
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


class Rows:
    """Weights by run or sign: a whole number with a lane for each position and label.

    Unpacked when first asked for: most are never asked for, and none twice.
    """

    def __init__(self, places: dict[str, int], body: bytes, sizes: list[tuple[int, int]]) -> None:
        # A row's place, from one on, until it is first needed; then the row. No row is as small
        # as a place, for no weight is so light that its lane is empty.
        self._rows, self._sizes, self._places = places, sizes, len(body) + 1
        self._wide = bytearray(_LANE * len(body))
        self._wide[0::_LANE] = body

    def of(self, names: Sequence[str]) -> list[int]:
        """The row of each name; one that is not known weighs nothing."""
        get, places = self._rows.get, self._places
        rows = [get(name, 0) for name in names]
        for i, row in enumerate(rows):
            if 0 < row < places:
                rows[i] = self._row(names[i], row)
        return rows

    def _row(self, name: str, at: int) -> int:
        width = next(width for stop, width in self._sizes if at < stop)
        row = int.from_bytes(self._wide[_LANE * (at - 1) : _LANE * (at - 1 + width)], "little")
        self._rows[name] = row
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
    for size, runs in enumerate(_runs(found), 1):
        for at, name in enumerate(runs, size - 2):
            yield at, size, name
    for at, names in enumerate(_signs(low, found, hits, counted, lang), 2):
        for name in names:
            yield at, 0, name


def _runs(found: Sequence[Token]) -> tuple[list[str], list[str], list[str]]:
    """Runs of one, two and three tokens, from the beginning of the message to its end."""
    ones = ["^", *["0" * min(len(t), 4) if t.isdigit() else t for t, _, _ in found], "$"]
    twos = [f"{one} {more}" for one, more in pairwise(ones)]
    threes = [f"{two} {more}" for two, more in zip(twos, ones[2:], strict=False)]
    return ones, twos, threes


def _signs(
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


def spans(
    low: str, hits: Sequence[Hit], counted: Sequence[Amount], lang: str, weights: Weights
) -> list[Span]:
    """Where things are named in a message in lower case."""
    found = tokens(low)
    if not found:
        return []
    signs = _signs(low, found, hits, counted, lang)
    return _spans(found, _path(_scores(_runs(found), signs, weights.rows), weights))


def _scores(
    runs: tuple[list[str], ...], names: Sequence[Sequence[str]], rows: Rows
) -> tuple[int, ...]:
    """What speaks for each label of each token, token after token.

    All is added in one number with a lane for each, from the last token back to the first.
    """
    ones, twos, threes = map(rows.of, runs)
    known = iter(rows.of(list(chain.from_iterable(names))))
    signs = [sum(islice(known, len(of_token))) for of_token in names]
    total = 0
    for one, two, three, sign in zip(
        reversed(ones),
        (0, *reversed(twos)),
        (0, 0, *reversed(threes)),
        (0, *reversed(signs), 0),
        strict=True,
    ):
        total = (total << _STEP) + one + (two << _STEP) + (three + sign << 2 * _STEP)
    size = len(names)
    lanes = total.to_bytes(_STEP // 8 * (size + _BEYOND), "little")
    return unpack_from(f"<{_LABELS * size}H", lanes, 3 * _STEP // 8)


def _path(scores: Sequence[int], weights: Weights) -> list[int]:
    """The best labels: 0 outside, 1 the first token of a span, 2 a further one."""
    (oo, ob, _), (bo, bb, bi), (io, ib, ii) = weights.steps
    ease, first = weights.ease, True
    o, b, i = 0, 0, -(10**9)
    back = []
    for outside, begins, goes_on in zip(scores[0::3], scores[1::3], scores[2::3], strict=True):
        if first:
            first = False
        else:
            o_o, o_b, o_i = o + oo, b + bo, i + io
            b_o, b_b, b_i = o + ob, b + bb, i + ib
            i_b, i_i = b + bi, i + ii
            o_from = 0 if o_o >= o_b and o_o >= o_i else 1 if o_b >= o_i else 2
            b_from = 0 if b_o >= b_b and b_o >= b_i else 1 if b_b >= b_i else 2
            o = o_o if o_from == 0 else o_b if o_from == 1 else o_i
            b = b_o if b_from == 0 else b_b if b_from == 1 else b_i
            i, i_from = (i_b, 1) if i_b >= i_i else (i_i, 2)
            back.append((o_from, b_from, i_from))
        o += outside - ease
        b += begins
        i += goes_on
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
    at = 1
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
