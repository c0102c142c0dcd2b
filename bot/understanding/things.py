"""What is asked for or given, as written: spans of goods, services and faults, known or not.

A token (a Chinese character, a Latin word, a number, a sign) begins a span, continues one or lies
outside. Scores come from the runs of tokens around it, from what the lexicon says of it, and from
the nearest words of wanting, having, giving and mending on either side; the best path wins.
``bench.train_things`` writes the weights.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from itertools import chain, islice
from pathlib import Path
from struct import unpack_from
from typing import NamedTuple

from bot.understanding.amounts import Amount
from bot.understanding.lexicon import Hit
from bot.understanding.signs import Span, Token, runs, signs, tokens

FILE = Path(__file__).with_name("things.bin")
LIFT = 128  # added to each weight, the same for all labels, so that bytes suffice
REACH = {1: 5, 2: 4, 3: 3, 0: 1}  # positions scored by a run of so many tokens; 0 is a sign
_LABELS = 3
_LANE = 2  # bytes: room for two hundred and more weights in a sum
_STEP = 8 * _LANE * _LABELS  # bits of one position
_BEYOND = 10  # positions scored before and after the tokens themselves


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


def spans(
    low: str, hits: Sequence[Hit], counted: Sequence[Amount], lang: str, weights: Weights
) -> list[Span]:
    """Where things are named in a message in lower case."""
    found = tokens(low)
    if not found:
        return []
    shown = signs(low, found, hits, counted, lang)
    return _spans(found, _path(_scores(runs(found), shown, weights.rows), weights))


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
