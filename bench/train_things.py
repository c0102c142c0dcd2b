"""Trains the finder of things named in pleas and offers from the items of tests/hearing/*.tsv.

``python -m bench.train_things`` writes ``bot/understanding/things.bin``, ``--check`` compares;
``--crossed`` reads each voice by weights trained without it. An averaged perceptron over the best
path: the same lines give the same bytes.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

import numpy as np

from bench.hearing_lines import Line, digest, files, lines
from bench.shipping import ship
from bot.understanding import dangers, signs, things
from bot.understanding.acts import category
from bot.understanding.amounts import amounts
from bot.understanding.asking import Token
from bot.understanding.features import Heard
from bot.understanding.normalise import lowered, normalise
from bot.understanding.reader import Reader
from bot.understanding.signs import Span
from bot.understanding.things import FILE, LIFT, REACH, Weights
from handlers.reading import Act

ROUNDS: Final = 8
LEAST: Final = 2  # messages a row must occur in
FOLDS: Final = 5
EASE: Final = 0.6  # how much lighter "outside" weighs, in units of the largest weight
ROWS: Final = 30_000  # rows kept, those that weigh most
_LABELS: Final = 3


class Example(NamedTuple):
    """One message: its length in tokens, what is looked at, and the labels of its tokens."""

    line: Line
    size: int
    looks: list[tuple[int, int, str]]
    labels: list[int]


def examples(said: Sequence[Line], reader: Reader) -> list[Example]:
    """Pleas and offers with their items as labels of tokens.

    Of every other one the rules say what it is about and not the label: the reader errs as well.
    """
    out: list[Example] = []
    for one in said:
        if not one.full or one.act not in ("need", "offer"):
            continue
        heard = reader.heard(one.text)
        found = signs.tokens(heard.low)
        plea = signs.Plea(heard.low, heard.hits, amounts(heard.plain.text), heard.plain.lang)
        if not found:
            continue
        topic = (one.emergency or one.category or "") if len(out) % 2 else ruled(one, heard)
        looks = list(signs.looks(plea._replace(topic=topic), found))
        out.append(Example(one, len(found), looks, _labels(one, heard.low, found)))
    return out


def ruled(line: Line, heard: Heard) -> str:
    """What a line is about as the rules alone hear it: they err oftener than the reader."""
    return heard.danger or category(cast(Act, line.act), heard.low, heard.hits, None) or ""


def _labels(line: Line, low: str, found: Sequence[Token]) -> list[int]:
    labels = [0] * len(found)
    taken: list[Span] = []
    for item in line.items:
        words = lowered(normalise(item.partition("*")[0]).text)
        start = low.find(words) if words else -1
        while start >= 0 and any(start < b and a < start + len(words) for a, b in taken):
            start = low.find(words, start + 1)
        if start < 0:
            continue
        end = start + len(words)
        taken.append((start, end))
        inside = [i for i, (_, a, b) in enumerate(found) if a < end and b > start]
        for i in inside:
            labels[i] = 1 if i == inside[0] else 2
    return labels


def fingerprint(paths: Sequence[Path]) -> str:
    """A fingerprint of what the weights follow from; the danger heard is among what they see."""
    return digest([*paths, dangers.FILE])


def train(shown: Sequence[Example], inputs: str = "") -> bytes:
    """The bytes of weights trained on these examples."""
    seen = Counter(name for one in shown for name in {(size, name) for _, size, name in one.looks})
    rows = sorted(key for key, times in seen.items() if times >= LEAST)
    first: dict[tuple[int, str], int] = {}
    many = 2  # two positions before the first are scored and never asked
    for key in rows:
        first[key] = many
        many += REACH[key[0]]
    data = [(_places(one, first), one.labels) for one in shown]
    weights, steps = _perceptron(data, many)
    return _bytes(rows, first, weights, steps, inputs)


def _places(one: Example, first: dict[tuple[int, str], int]) -> list[Any]:
    """For each token the rows that score it."""
    out: list[list[int]] = [[] for _ in range(one.size)]
    for start, size, name in one.looks:
        row = first.get((size, name))
        if row is None:
            continue
        for at in range(REACH[size]):
            if 0 <= start + at - 2 < one.size:
                out[start + at - 2].append(row + at)
    return [np.array(sorted(rows), dtype=np.int64) for rows in out]


def _perceptron(data: Sequence[tuple[list[Any], list[int]]], many: int) -> tuple[Any, Any]:
    """Averaged weights (rows, labels) and steps (label, label)."""
    w, sums = np.zeros((many, _LABELS)), np.zeros((many, _LABELS))
    t, sums_t = np.zeros((_LABELS, _LABELS)), np.zeros((_LABELS, _LABELS))
    t[0, 2] = -1e6
    order, draw, now = list(range(len(data))), random.Random(1), 1
    for _ in range(ROUNDS):
        draw.shuffle(order)
        for which in order:
            places, labels = data[which]
            path = _best(np.array([w[rows].sum(0) for rows in places]), t)
            for i, (label, got) in enumerate(zip(labels, path, strict=True)):
                if label != got:
                    for to, sign in ((label, 1), (got, -1)):
                        w[places[i], to] += sign
                        sums[places[i], to] += sign * now
                if i and (labels[i - 1], label) != (path[i - 1], got):
                    for step, sign in (((labels[i - 1], label), 1), ((path[i - 1], got), -1)):
                        t[step] += sign
                        sums_t[step] += sign * now
            now += 1
    return w - sums / now, t - sums_t / now


def _best(scores: Any, steps: Any) -> list[int]:
    best, back = scores[0].copy(), []
    best[2] = -1e9
    for one in scores[1:]:
        ways = best[:, None] + steps
        back.append(ways.argmax(0))
        best = ways.max(0) + one
    label = int(best.argmax())
    path = [label]
    for come in reversed(back):
        label = int(come[label])
        path.append(label)
    return path[::-1]


def _bytes(
    rows: Sequence[tuple[int, str]],
    first: dict[tuple[int, str], int],
    weights: Any,
    steps: Any,
    inputs: str,
) -> bytes:
    step = float(np.quantile(np.abs(weights[np.abs(weights) > 1e-6]), 0.9995)) / 127
    small = np.clip(np.rint(np.round(weights / step, 4)), -127, 127).astype(np.int16)
    weigh = {key: int(np.abs(small[first[key] : first[key] + REACH[key[0]]]).max()) for key in rows}
    heaviest = sorted(rows, key=lambda key: (-weigh[key], key))[:ROWS]
    kept = sorted(key for key in heaviest if weigh[key] > 1)
    head = {
        "inputs": inputs,
        "sizes": sorted(Counter(size for size, _ in kept).items()),
        "steps": np.clip(np.rint(np.round(steps / step, 4)), -(10**8), 10**8).astype(int).tolist(),
        "ease": round(EASE * 127),
    }
    body = b"".join(
        (small[first[key] : first[key] + REACH[key[0]]] + LIFT).astype(np.uint8).tobytes()
        for key in kept
    )
    return (
        json.dumps(head).encode() + b"\n" + "\n".join(n for _, n in kept).encode() + b"\n\n" + body
    )


def crossed(shown: Sequence[Example], reader: Reader) -> list[tuple[Line, list[str]]]:
    """Each line with the words found in it by weights that have not seen its voice."""
    voices = sorted({one.line.voice for one in shown})
    fold = {voice: i % FOLDS for i, voice in enumerate(voices)}
    out = []
    for which in range(FOLDS):
        weights = things.packed(train([one for one in shown if fold[one.line.voice] != which]))
        aside = [one.line for one in shown if fold[one.line.voice] == which]
        out += [(line, found(line, reader, weights)) for line in aside]
    return out


def found(line: Line, reader: Reader, weights: Weights) -> list[str]:
    """The words of the things named in a line."""
    heard = reader.heard(line.text)
    text = heard.plain.text
    plea = signs.Plea(heard.low, heard.hits, amounts(text), heard.plain.lang, ruled(line, heard))
    read = things.spans(plea, weights)
    return [text[start:end] for start, end in read]


def main(argv: Sequence[str] | None = None) -> int:
    """Train, check, or measure by crossing."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--check", action="store_true", help="compare with the shipped file only")
    options.add_argument("--crossed", action="store_true")
    asked = options.parse_args(argv)
    reader, paths = Reader(), files(held_out=False)
    shown = examples(lines(paths), reader)
    if asked.crossed:
        for lang in ("zh", "en"):
            print(lang, figures([pair for pair in crossed(shown, reader) if pair[0].lang == lang]))
        return 0
    return ship(FILE, train(shown, fingerprint(paths)), check=asked.check)


def figures(pairs: Sequence[tuple[Line, list[str]]]) -> str:
    """Precision, recall and F1 of words found, overlapping and exact."""
    hit = exact = said = gold = 0
    for line, words in pairs:
        left = [item.partition("*")[0].lower() for item in line.items]
        gold, said = gold + len(left), said + len(words)
        for word in map(str.lower, words):
            same = next((one for one in left if one in word or word in one), None)
            if same is not None:
                left.remove(same)
                hit, exact = hit + 1, exact + (same == word)
    return (
        f"precision {hit / said:.3f} recall {hit / gold:.3f} F1 {2 * hit / (said + gold):.3f} "
        f"exact F1 {2 * exact / (said + gold):.3f} of {gold}"
    )


if __name__ == "__main__":
    main()
