"""What is asked for or given, as written: spans of goods, services and faults, known or not.

A token (a Chinese character, a Latin word, a number, a sign) begins a span, continues one or lies
outside. Scores come from the runs of tokens around it, from what the lexicon says of it, and from
the nearest words of wanting, having, giving and mending on either side; the best path wins.
``bench.train_things`` writes the weights.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import repeat
from pathlib import Path
from struct import unpack_from
from typing import NamedTuple

from bot.understanding.asking import Token
from bot.understanding.signs import (
    UNLISTED,
    Plea,
    Sight,
    Span,
    of_asking,
    of_clause,
    of_cue,
    of_cues,
    of_kinds,
    of_letters,
    of_number,
    of_topic,
    runs,
    sights,
    tokens,
)

FILE = Path(__file__).with_name("things.bin")
LIFT = 128  # added to each weight, the same for all labels, so that bytes suffice
REACH = {1: 5, 2: 4, 3: 3, 0: 1}  # positions scored by a run of so many tokens; 0 is a sign
_LABELS = 3
_LANE = 2  # bytes: room for two hundred and more weights in a sum
_STEP = 8 * _LANE * _LABELS  # bits of one position
_UP = {1: 0, 2: 1, 3: 2, 0: 2}  # positions by which a row begins after those of one token
_BEYOND = 10  # positions scored before and after the tokens themselves


class Rows:
    """Weights by run or sign: a whole number with a lane for each position and label.

    A row stands as far up as it is added: by one position if scored by two tokens, and so on.
    The signs of a token follow from few things, so what they weigh is kept by those.
    """

    def __init__(self, runs: dict[str, int], signs: dict[str, int]) -> None:
        self._runs, self._signs = runs, signs
        self.cue = _Kept(signs, of_cue)
        self.topic = _Kept(signs, of_topic)
        self.asking = _Kept(signs, of_asking)
        self.cues = _Kept(signs, lambda *beside: (of_cues(*beside),))
        self.clause = _Kept(signs, lambda *place: (of_clause(*place),))
        self.number = _Kept(signs, lambda *near: (of_number(*near),))
        self.kinds = _Kept(signs, of_kinds)

    def of_runs(self, runs: Sequence[str]) -> list[int]:
        """The row of each run; one that is not known weighs nothing."""
        return list(map(self._runs.get, runs, repeat(0)))

    def of_letters(self, word: str) -> int:
        """What the letters of a word weigh; the words are too many to be kept."""
        return sum([self._signs.get(name, 0) for name in of_letters(word)])


class _Kept(dict[tuple[str, ...], int]):
    """Sums of the rows of signs, by what the signs follow from."""

    def __init__(self, rows: dict[str, int], names: Callable[..., Iterable[str]]) -> None:
        super().__init__()
        self._rows, self._names = rows, names

    def __missing__(self, of: tuple[str, ...]) -> int:
        total = self[of] = sum(self._rows.get(name, 0) for name in self._names(*of))
        return total


class Weights(NamedTuple):
    """Rows by run or sign, what one label after another weighs, and the ease of finding."""

    rows: Rows
    steps: tuple[tuple[int, ...], ...]
    ease: int


def spans(plea: Plea, weights: Weights) -> list[Span]:
    """Where things are named in a message."""
    found = tokens(plea.low)
    if not found:
        return []
    shown = _shown(*sights(plea, found), weights.rows)
    return _spans(found, _path(_scores(runs(found), shown, weights.rows), weights))


def _shown(asks: str, topic: str, seen: Iterable[Sight], rows: Rows) -> list[int]:
    """What the signs of each token weigh, as `signs.signs` names them."""
    out = []
    of_cue, of_cues, of_clause, of_kinds = rows.cue, rows.cues, rows.clause, rows.kinds
    of_topic, of_asking = rows.topic, rows.asking
    for (word, _, _), before, cue, after, clause, does, near, previous, this, following in seen:
        kind = before[:2]
        total = of_cue[asks, before, cue] + of_cues[before, after] + of_clause[asks, clause, this]
        total += of_topic[topic, kind, cue] + of_asking[does, this]
        if this != UNLISTED:
            total += of_kinds[kind, previous, this, following]
        elif len(word) > 1:
            total += rows.of_letters(word)
        if near:
            total += rows.number[near, this]
        out.append(total)
    return out


def _scores(runs: tuple[list[str], ...], signs: Sequence[int], rows: Rows) -> tuple[int, ...]:
    """What speaks for each label of each token, token after token.

    All is added in one number with a lane for each, from the last token back to the first.
    """
    ones, twos, threes = map(rows.of_runs, runs)
    total = 0
    for one, two, three, sign in zip(
        reversed(ones),
        (0, *reversed(twos)),
        (0, 0, *reversed(threes)),
        (0, *reversed(signs), 0),
        strict=True,
    ):
        total = (total << _STEP) + one + two + three + sign
    size = len(signs)
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
    wide = bytearray(_LANE * len(body))
    wide[0::_LANE] = body
    listed, sizes = names.decode().split("\n"), told["sizes"]
    named = list(zip(listed, _rows(bytes(wide), sizes), strict=True))
    signs = dict(sizes).get(0, 0)  # these come first
    rows = Rows(dict(named[signs:]), dict(named[:signs]))
    return Weights(rows, tuple(map(tuple, told["steps"])), told["ease"])


def _rows(wide: bytes, sizes: Sequence[tuple[int, int]]) -> Iterator[int]:
    """The rows of each size in turn, from their lanes."""
    at = 0
    for size, many in sizes:
        width = _LANE * _LABELS * REACH[size]
        up = _STEP * _UP[size]
        for start in range(at, at + many * width, width):
            yield int.from_bytes(wide[start : start + width], "little") << up
        at += many * width


@cache
def shipped() -> Weights:
    """The weights that ship with the bot, read when first a plea is heard."""
    return packed(FILE.read_bytes())
