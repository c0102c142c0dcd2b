"""Trains the weights of the emergency layer from tests/hearing/*.tsv, held-out voices excepted.

``python -m bench.train_dangers`` writes ``bot/understanding/dangers.bin``; ``--check`` compares,
``--cross`` reads each voice with weights that never saw it and prints what was heard, ``--wrong``
also every miss and false alarm; the points to alarm from are chosen on its last lines. The same
lines give the same bytes: sorted input, a fixed solver, one thread, rounding.

``--elsewhere DIR`` makes ``bench/elsewhere/dangers.bin`` anew: what the weights gain once public
messages stand beside the lines.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple
from zlib import crc32

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from bench import elsewhere
from bench.hearing_lines import Line, digest, files, lines
from bench.shipping import ship
from bot.understanding.dangers import (
    ASKED_FROM,
    FEWEST,
    FILE,
    KINDS,
    PULL,
    Dangers,
    Seen,
    Weights,
    pieces,
)
from bot.understanding.normalise import normalise
from bot.understanding.senses import padded
from handlers.reading import Danger

SCALES: Final = {"r": 0.7, "m": 0.6}  # how freely conditions and senses weigh; other facts 1
UNKNOWN: Final = 4  # parts of the word lists, each left out once
LEAST: Final = 4  # messages in which something must be seen to weigh anything
MOST: Final = 12_000  # pieces that are kept, those that weigh most
TELLING: Final = 0.5  # share of dangers among the messages of a piece that is noticed by itself
ALARM: Final = 3.0  # weight of a danger beside a message that is none
LOOSE: Final = 0.4  # the C of scikit-learn
LOOSE_KIND: Final = 0.5
ROUNDS: Final = 300
FOLDS: Final = 6
PIECE: Final = "p:"  # before the name of a piece where facts stand beside it


class Example(NamedTuple):
    """One message as the layer sees it; ``seen`` is None where no word stirs."""

    line: Line
    seen: Seen | None


def fingerprint(paths: Sequence[Path]) -> str:
    """A fingerprint of what the weights follow from."""
    return digest([*paths, elsewhere.DANGERS])


def examples(said: Sequence[Line], noticed: Sequence[str]) -> list[list[Example]]:
    """What the layer sees in each message: with all its words, then as often with some unknown.

    Whoever writes the word lists has read these messages; strangers use words that are not there.
    """
    known = (None, *map(_without, range(UNKNOWN)))
    layers = [Dangers(None, some, noticed) for some in known]
    lows = [normalise(line.text).text.lower() for line in said]
    return [
        [Example(line, layer.see(low)) for line, low in zip(said, lows, strict=True)]
        for layer in layers
    ]


def telling(said: Sequence[Line]) -> list[str]:
    """The pieces that stand in a danger as often as not, here or elsewhere."""
    return sorted({*_telling(said), *elsewhere.gained(elsewhere.DANGERS).noticed})


def _telling(said: Sequence[Line]) -> list[str]:
    """The pieces that stand in a danger as often as not, whatever the word lists know."""
    every, real = Counter[str](), Counter[str]()
    for line in said:
        found = [one for one in pieces(padded(normalise(line.text).text.lower())) if _whole(one)]
        every.update(found)
        if line.emergency:
            real.update(found)
    return sorted(
        one for one, times in real.items() if times >= LEAST and times >= TELLING * every[one]
    )


def _whole(piece: str) -> bool:
    """Whether a piece is found in a message as it was written: Chinese without a cut."""
    return piece.isascii() or not any(sign in piece for sign in " ,")


def _without(part: int) -> Callable[[str], bool]:
    """All but one part of the words are known, parted by a fingerprint."""
    return lambda word: crc32(word.encode()) % UNKNOWN != part


def train(shown: Sequence[Sequence[Example]], noticed: Sequence[str], inputs: str = "") -> bytes:
    """The bytes of weights trained on these messages, seen with those pieces noticed."""
    told = _told(shown)
    more = elsewhere.gained(elsewhere.DANGERS)
    facts = sorted({*_often_facts(told), *(row for row in more.rows if not row.startswith(PIECE))})
    learnt = {row.removeprefix(PIECE) for row in more.rows if row.startswith(PIECE)}
    kept = [*noticed, *sorted((learnt | _heavy(told, facts)).difference(noticed))]
    whole, bias = _fitted(told, facts, kept)
    at = {name: i for i, name in enumerate(_rows(facts, kept))}
    whole[[at[name] for name in more.rows]] += more.weights
    bias = bias + more.bias
    many = len(facts)
    parts = [whole[:many, 0], whole[many:, 0], whole[:many, 1:].ravel()]
    steps = [float(f"{max(np.abs(part).max(), 1e-6) / 127:.5g}") for part in parts]
    small = [
        np.clip(np.rint(np.round(a / b, 4)), -127, 127) for a, b in zip(parts, steps, strict=True)
    ]
    head = {
        "inputs": inputs,
        "bias": round(float(bias[0]), 4),
        "starts": [round(float(one), 4) for one in bias[1:]],
        "steps": steps,
        "facts": many,
        "telling": len(noticed),
    }
    names = "\n".join([*facts, *kept]).encode()
    return (
        json.dumps(head).encode()
        + b"\n"
        + names
        + b"\n\n"
        + np.concatenate(small).astype(np.int8).tobytes()
    )


def learn_elsewhere(folder: Path) -> elsewhere.Gained:
    """What the weights gain when the messages of ``folder`` stand beside our lines."""
    ours = lines(files(held_out=False))
    theirs = [line for one, said in elsewhere.labelled(folder) if one.tells for line in said]
    noticed = _telling([*ours, *theirs])
    ours_told = _told(examples(ours, noticed))
    both_told = [*ours_told, *_told(examples(theirs, noticed))]
    facts = _often_facts(both_told)
    heavy = _heavy(ours_told, facts) | _heavy(both_told, facts)
    kept = [*noticed, *sorted(heavy.difference(noticed))]
    whole, bias = _fitted(ours_told, facts, kept)
    after, bias_after = _fitted(both_told, facts, kept)
    return elsewhere.Gained(_rows(facts, kept), after - whole, bias_after - bias, noticed=noticed)


def _told(shown: Sequence[Sequence[Example]]) -> list[tuple[Line, Seen]]:
    """The messages in which a word stirs."""
    return [(one.line, one.seen) for way in shown for one in way if one.seen is not None]


def _rows(facts: Iterable[str], kept: Iterable[str]) -> list[str]:
    """Facts and pieces by names that tell them apart."""
    return [*facts, *(PIECE + name for name in kept)]


def _often_facts(told: Sequence[tuple[Line, Seen]]) -> list[str]:
    return _often(name for _, seen in told for name in seen.facts)


def _heavy(told: Sequence[tuple[Line, Seen]], facts: Sequence[str]) -> set[str]:
    """The pieces that weigh most beside these facts."""
    seen = [each for _, each in told]
    # A lone space stands in every message: it would take what the bias is for.
    kept = _often(name for each in seen for name in each.pieces if not name.isspace())
    coef, _ = _fit(_matrix(seen, facts, kept), _gold(told), LOOSE, {True: ALARM, False: 1.0})
    order = np.argsort(-np.abs(coef[0, len(facts) :]), kind="stable")
    return {kept[i] for i in order[:MOST]}


def _gold(told: Sequence[tuple[Line, Seen]]) -> list[bool]:
    return [line.emergency is not None for line, _ in told]


def _fitted(
    told: Sequence[tuple[Line, Seen]], facts: Sequence[str], kept: Sequence[str]
) -> tuple[Any, Any]:
    """Weights (facts and pieces, danger and its kinds) and biases; pieces say nothing of kinds."""
    seen = [each for _, each in told]
    gold = _gold(told)
    coef, start = _fit(_matrix(seen, facts, kept), gold, LOOSE, {True: ALARM, False: 1.0})
    real = [i for i, danger in enumerate(gold) if danger]
    kinds, starts = _kinds([told[i][0] for i in real], [seen[i] for i in real], facts)
    scale = np.array([_scale(name) for name in facts])
    whole = np.zeros((len(facts) + len(kept), 1 + len(KINDS)))
    whole[:, 0] = coef[0]
    whole[: len(facts), 0] *= scale
    whole[: len(facts), 1:] = (kinds * scale).T
    return whole, np.concatenate([start, starts])


def _often(names: Any) -> list[str]:
    return sorted(name for name, times in Counter(names).items() if times >= LEAST)


def _scale(name: str) -> float:
    return SCALES.get(name.partition(":")[0], 1.0)


def _matrix(seen: Sequence[Seen], facts: Sequence[str], pieces: Sequence[str]) -> Any:
    """Sparse (messages, facts and pieces), weighed as `Weights.score` weighs them."""
    fact = {name: i for i, name in enumerate(facts)}
    piece = {name: i for i, name in enumerate(pieces, len(facts))}
    at, to, values = [], [], []
    for i, each in enumerate(seen):
        held = [(fact[name], _scale(name)) for name in each.facts if name in fact]
        found = [piece[name] for name in each.pieces if name in piece]
        pull = PULL / max(len(found), FEWEST) ** 0.5
        at += [i] * (len(held) + len(found))
        to += [*(row for row, _ in held), *found]
        values += [*(scale for _, scale in held), *([pull] * len(found))]
    return sp.csr_matrix((values, (at, to)), shape=(len(seen), len(facts) + len(pieces)))


def _fit(matrix: Any, gold: Sequence[Any], loose: float, weight: Any = None) -> tuple[Any, Any]:
    """Weights and biases by class, as scikit-learn gives them."""
    solver = LogisticRegression(C=loose, max_iter=ROUNDS, tol=1e-4, class_weight=weight)
    with threadpool_limits(1):  # more would add in another order
        solver.fit(matrix, gold)
    return solver.coef_, solver.intercept_


def _kinds(said: Sequence[Line], seen: Sequence[Seen], facts: Sequence[str]) -> tuple[Any, Any]:
    """Weights (kinds, facts) and biases (kinds) that tell real dangers apart."""
    gold = [KINDS.index(line.emergency) for line in said if line.emergency]
    coef, start = _fit(_matrix(seen, facts, ()), gold, LOOSE_KIND)
    return coef, start


class Judged(NamedTuple):
    """A message with the danger heard in it, and how surely; -inf where nothing speaks for one."""

    line: Line
    kind: Danger | None
    score: float = -math.inf
    surest: str = ""
    fear: bool = False


def crossed(said: Sequence[Line]) -> list[Judged]:
    """Each message as it is heard by weights that never saw its voice."""
    voices = sorted({one.voice for one in said})
    out: list[Judged] = []
    for fold in range(FOLDS):
        aside = set(voices[fold::FOLDS])
        noticed = telling([one for one in said if one.voice not in aside])
        shown = examples(said, noticed)
        known = [[one for one in way if one.line.voice not in aside] for way in shown]
        weights = Weights(train(known, noticed))
        out += [_judged(one, weights) for one in shown[0] if one.line.voice in aside]
    return out


def _of_layer(said: Sequence[Line]) -> list[Judged]:
    """Each message with the danger that the layer as shipped hears."""
    dangers = Dangers()
    out = []
    for line in said:
        cry = dangers.find(normalise(line.text).text.lower())
        out.append(Judged(line, cry.kind if cry and cry.sure else None, fear=bool(cry)))
    return out


def _judged(one: Example, weights: Weights) -> Judged:
    line, seen = one
    if seen is None:
        return Judged(line, None)
    kind = weights.kind(seen) if weights.alarms(seen) else None
    score = weights.score(seen)
    fear = score >= ASKED_FROM[seen.surest]
    return Judged(line, kind, score, seen.surest, fear=fear)


def curve(heard: Sequence[Judged]) -> list[str]:
    """Recall, and that of the danger voices alone, by how many false alarms one bears with."""
    out = []
    for lang in ("zh", "en"):
        some = [one for one in heard if one.line.lang == lang]
        none = sorted((one.score for one in some if not one.line.emergency), reverse=True)
        real = [one for one in some if one.line.emergency]
        hard = [one for one in real if "_dangers_" in one.line.voice]
        for alarms in (5, 10, 20, 40, 80, 160):
            least = none[len(none) * alarms // 1000]
            told, hardly = (sum(one.score > least for one in x) / len(x) for x in (real, hard))
            out.append(
                f"{lang} from {least:5.2f}: {alarms:3} false alarms per 1,000 lines, "
                f"{told:.3f} heard, {hardly:.3f} in the danger voices"
            )
    return out


def wrong(heard: Sequence[Judged]) -> list[str]:
    """Every danger not heard and every false alarm, tab-separated."""
    return [
        "\t".join(
            (
                "missed" if line.emergency else "false",
                line.voice,
                line.act,
                line.emergency or str(kind),
                f"{surest} {score:.1f}",
                line.text.replace("\n", " "),
            )
        )
        for line, kind, score, surest, _ in heard
        if bool(kind) != bool(line.emergency)
    ]


def table(heard: Sequence[Judged]) -> list[str]:
    """Recall and right kinds of each kind, false alarms, and what is asked about, by language."""
    out = []
    for lang in ("zh", "en"):
        out.append(_feared([one for one in heard if one.line.lang == lang], lang))
        some = [(line, kind) for line, kind, *_ in heard if line.lang == lang]
        for danger in (*KINDS, None):
            real = [(line, kind) for line, kind in some if line.emergency == danger or not danger]
            real = [(line, kind) for line, kind in real if line.emergency]
            hit = [(line, kind) for line, kind in real if kind]
            right = sum(line.emergency == kind for line, kind in hit)
            said = f"{len(hit)}/{len(real)} heard ({_interval(len(hit), len(real))})"
            out.append(f"{lang} {danger or 'all':10} {said}, kind right {right}/{len(hit)}")
        for name, acts in (("chat", ("chat",)), ("not an emergency", None)):
            none = [
                kind for line, kind in some if not line.emergency and (not acts or line.act in acts)
            ]
            alarms = sum(kind is not None for kind in none)
            rate = f"{1000 * alarms / len(none):.1f} per 1,000"
            out.append(f"{lang} {name}: {alarms} false alarms in {len(none):,}, {rate}")
    return out


def _feared(heard: Sequence[Judged], lang: str) -> str:
    """How many dangers are heard or asked about, and how often is asked in vain."""
    real = [one.kind is not None or one.fear for one in heard if one.line.emergency]
    vain = [one.fear and not one.kind for one in heard if not one.line.emergency]
    return (
        f"{lang} heard or asked about: {sum(real)}/{len(real)} "
        f"({_interval(sum(real), len(real))}); asked in vain {sum(vain)} of {len(vain):,}"
    )


def _interval(hit: int, of: int) -> str:
    """The share and its 95 % interval after Wilson."""
    if not of:
        return "none"
    share, z = hit / of, 1.96
    middle, half = (
        share + z * z / (2 * of),
        z * ((share * (1 - share) + z * z / (4 * of)) / of) ** 0.5,
    )
    low, high = ((middle + sign * half) / (1 + z * z / of) for sign in (-1, 1))
    return f"{share:.3f}, {low:.3f} to {high:.3f}"


def main(argv: Sequence[str] | None = None) -> int:
    """Write, check or cross-validate the weights."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--check", action="store_true", help="compare with the shipped file only")
    options.add_argument("--cross", action="store_true", help="measure by voices set aside in turn")
    options.add_argument("--wrong", action="store_true", help="print what was heard wrong, too")
    options.add_argument(
        "--elsewhere", type=Path, metavar="DIR", help="learn from public messages anew"
    )
    options.add_argument("--held-out", action="store_true", help="measure on held-out voices")
    asked = options.parse_args(argv)
    paths = files(held_out=False)
    if asked.elsewhere:
        elsewhere.DANGERS.write_bytes(learn_elsewhere(asked.elsewhere).packed())
        print(f"{elsewhere.DANGERS.name}: {elsewhere.DANGERS.stat().st_size:,} bytes")
        return 0
    if asked.held_out:
        print("\n".join(table(_of_layer(lines(files(held_out=True))))))
        return 0
    said = lines(paths)
    if asked.cross:
        heard = crossed(said)
        print("\n".join([*table(heard), *curve(heard), *(wrong(heard) if asked.wrong else ())]))
        return 0
    noticed = telling(said)
    weights = train(examples(said, noticed), noticed, fingerprint(paths))
    return ship(FILE, weights, check=asked.check)


if __name__ == "__main__":
    raise SystemExit(main())
