"""Trains the reader's model from tests/hearing/*.tsv, held-out voices excepted.

``python -m bench.train_reader`` writes ``bot/understanding/model.bin``; with ``--check`` it only
compares. The same lines give the same bytes: sorted input, a fixed solver, one thread, rounding.

``--elsewhere DIR`` makes ``bench/elsewhere/acts.bin`` anew: what the weights gain once public
messages stand beside the lines. Only those numbers are kept, so the model needs no message of them.
"""

from __future__ import annotations

import argparse
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, get_args

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from threadpoolctl import threadpool_limits

from bench import elsewhere
from bench.hearing_lines import Line, Written, digest, files, lines, written
from bench.shipping import ship
from bot.understanding import dangers
from bot.understanding.features import before, facts, of_talk, pieces, spelt, tokens
from bot.understanding.model import FILE, LIFT
from bot.understanding.reader import Reader
from bot.understanding.talk import talk_from
from handlers.reading import Act, Category

LANES: Final = {
    "act": list(get_args(Act)),
    "category": list(get_args(Category)),
}
PULL: Final = {"pieces": 3.0, "facts": 0.3, "line": 2.0}
USUAL: Final = 6.0  # rarity of a usual piece, so that it weighs about 1
LOOSE: Final = {"act": 5.0, "category": 5.0}  # the C of scikit-learn
COUNTED: Final = {
    "act": 0.15,
    "category": 0.25,
}  # how far naive counting speaks beside the fitted weights
SMOOTH: Final = 0.2  # what naive counting adds to each count
EVEN: Final = 0.6  # 0: every line weighs the same; 1: every act does
PLAIN: Final = ("zh", "en", "zh_plain", "en_plain")
PLAINEST: Final = 8.0  # weight of their plain everyday lines
# Weight of voices that say what is not said on most days, most of them written against the reader
# as it was: with their whole weight the others are read worse.
SELDOM: Final = {Written.AS_DANGERS: 0.3, Written.AS_ANSWERS: 0.5, Written.FROM_AFAR: 0.5}
# Messages a row must occur in: of Chinese characters there are fewer than of English words, and
# what was said but three times in them says nothing on new voices.
LEAST: Final = {True: 9, False: 4}
# A piece not known from our lines must stand in so many times as many messages from elsewhere.
SELDOMER: Final = 6
MOST: Final = 42  # steps of the largest weight; three times as many read no line better
ROUNDS: Final = 60
FOLDS: Final = 4
_HAN = re.compile("[\u2e80-\u9fff]")
_ASKING: Final = ("need", "offer", "report")


@dataclass(frozen=True, slots=True)
class Example:
    """One message as the model sees it: ``spelt`` is what it finds its pieces in, ``forms`` gives
    the name of each piece as it is found."""

    spelt: str
    forms: dict[str, str]
    pieces: list[str]
    facts: list[str]
    line: list[str]
    act: str
    category: str | None
    voice: str
    weight: float = 1.0


def fingerprint(paths: Sequence[Path]) -> str:
    """A fingerprint of what the model follows from; the danger heard is among what it sees."""
    return digest([*paths, dangers.FILE, elsewhere.ACTS])


def examples(said: Sequence[Line], *, reader: Reader | None = None) -> list[Example]:
    """What the model is shown: a line with its talk is shown also without the line before it,
    for the engine knows where the talk stands, and not in which words."""
    reader = reader or Reader()
    out = []
    for one in said:
        heard = reader.heard(one.text)
        talk = talk_from(one.context) if one.context else None
        known = facts(heard, reader.tags)
        if talk is not None:
            known = known + of_talk(heard, one.text, talk)
        words = tokens(heard.low)
        forms = pieces(words)
        told = (spelt(words), forms, sorted(set(forms.values())))
        light = SELDOM.get(written(one.voice), 1.0)
        known_by = PLAINEST if one.voice in PLAIN else light
        shown = [(before(one.context), known_by)] + ([([], 0.5 * light)] if talk else [])
        for line, weight in shown:
            out.append(
                Example(
                    *(*told, sorted(known), line),
                    *(one.act, one.category, one.voice, weight),
                )
            )
    return out


def folds(voices: Sequence[str]) -> dict[str, int]:
    """Which fold a voice is set aside in; both languages are spread over all."""
    return {voice: i % FOLDS for i, voice in enumerate(sorted(set(voices)))}


def train(
    shown: Sequence[Example], inputs: str = "", heat: dict[str, float] | None = None
) -> bytes:
    """The bytes of a model trained on these examples."""
    rows = _rows(shown, elsewhere.gained(elsewhere.ACTS).rows)
    whole, bias = _weights(shown, rows)
    # Whole steps for each weight, of their own for each kind of row: the largest weights are those
    # of facts, and cut off they cost one line in a hundred.
    steps = _steps(shown, list(rows), whole)
    step = min(steps.values())
    kinds = _kinds(shown)
    each = np.array([steps[kinds[name]] for name in rows])[:, None]
    small = np.rint(np.round(whole / each, 4)).astype(np.int16)
    kept = np.abs(small).max(axis=1) > 0
    names = [name for name, keep in zip(rows, kept, strict=True) if keep]
    order, listed, numbers = _listed(names, shown)
    head = {
        "inputs": inputs,
        "lanes": LANES,
        "bias": [round(float(one), 3) for one in bias],
        "step": float(f"{step:.5g}"),
        "heat": heat or dict.fromkeys(LANES, 1.0),
        "pull": {kind: round(PULL[kind] * steps[kind] / step, 4) for kind in PULL},
        **numbers,
    }
    return (
        json.dumps(head).encode()
        + b"\n"
        + "\n".join(listed).encode()
        + b"\n\n"
        + (small[kept][order] + LIFT).astype(np.uint8).tobytes()
    )


def _listed(
    names: Sequence[str], shown: Sequence[Example]
) -> tuple[list[int], list[str], dict[str, Any]]:
    """The rows in the order of the file, what it lists for them, and numbers for its head.

    Pieces come first, by the first form each is found in; then the rows that are asked for by name;
    then further forms (hot water, hotwater), whose rows the head gives in ``again``.
    """
    forms = _forms(shown)
    for name, spelt_so in elsewhere.gained(elsewhere.ACTS).forms.items():
        forms.setdefault(name, set()).update(spelt_so)
    kinds = _kinds(shown)
    order = sorted(range(len(names)), key=lambda i: kinds[names[i]] != "pieces")
    pieces_ = sum(kinds[name] == "pieces" for name in names)
    listed, again = [], []
    for at, name in enumerate(names[i] for i in order):
        first, *others = (
            sorted(forms.get(name, ())) if at < pieces_ else (name, *forms.get(name, ()))
        )
        listed.append(first)
        again += [(form, at) for form in sorted(others)]
    head = {"pieces": pieces_, "again": [at for _, at in again]}
    return order, [*listed, *(form for form, _ in again)], head


def _kinds(shown: Sequence[Example]) -> dict[str, str]:
    """Of which kind each row is."""
    more = elsewhere.gained(elsewhere.ACTS)
    learnt = {
        name: "pieces" if name in more.forms else "line" if name[:3] in ("pb:", "po:") else "facts"
        for name in more.rows
    }
    return learnt | {name: kind for kind in PULL for one in shown for name in getattr(one, kind)}


def _forms(shown: Sequence[Example]) -> dict[str, set[str]]:
    """How each piece is spelt in messages."""
    forms: dict[str, set[str]] = {}
    for one in shown:
        for form, name in one.forms.items():
            forms.setdefault(name, set()).add(form)
    return forms


def _steps(shown: Sequence[Example], rows: Sequence[str], whole: Any) -> dict[str, float]:
    """By kind of row the weight that one step of a byte stands for."""
    kinds = _kinds(shown)
    most = np.abs(whole).max(axis=1)
    return {
        kind: float(
            max([m for name, m in zip(rows, most, strict=True) if kinds[name] == kind] or [1e-6])
        )
        / MOST
        for kind in PULL
    }


def _rows(shown: Sequence[Example], more: Iterable[str] = ()) -> dict[str, float]:
    """What is weighed, in order, and by how much: the rarer a piece the more; facts all alike.

    ``more`` is weighed however seldom it is among the examples.
    """
    facts_ = {name for one in shown for name in one.facts}
    seen = Counter(name for one in shown for kind in PULL for name in set(getattr(one, kind)))
    return {
        name: 1.0 if name in facts_ else (math.log((1 + len(shown)) / (1 + seen[name])) + 1) / USUAL
        for name in sorted({*often(shown), *more})
    }


def often(shown: Sequence[Example], more: int = 1) -> list[str]:
    """What stands in examples enough to be weighed, or in ``more`` times as many."""
    seen = Counter(name for one in shown for kind in PULL for name in set(getattr(one, kind)))
    return [
        name for name, times in seen.items() if times >= more * LEAST[_HAN.search(name) is not None]
    ]


def _weights(shown: Sequence[Example], rows: dict[str, float]) -> tuple[Any, Any]:
    """Weights (rows, lanes) and biases (lanes) of all kinds of answers."""
    whole, bias = _fitted(shown, rows, len(shown))
    more, at = elsewhere.gained(elsewhere.ACTS), {name: i for i, name in enumerate(rows)}
    whole[[at[name] for name in more.rows]] += more.weights
    return whole, bias + more.bias


def _fitted(shown: Sequence[Example], rows: dict[str, float], own: int) -> tuple[Any, Any]:
    """Weights and biases fitted to these examples, of which the first ``own`` are ours."""
    matrix = _matrix(shown, {name: i for i, name in enumerate(rows)})
    rarity = sp.diags(list(rows.values()))
    fits = [_fit(kind, lanes, shown, matrix @ rarity, own) for kind, lanes in LANES.items()]
    whole = rarity @ np.vstack([coef for coef, _ in fits]).T
    return whole, np.concatenate([start for _, start in fits])


def learn_elsewhere(folder: Path) -> elsewhere.Gained:
    """What the weights gain when the messages of ``folder`` stand beside our lines."""
    ours = examples(lines(files(held_out=False)))
    theirs = [
        replace(one, weight=source.weight)
        for source, said in elsewhere.labelled(folder)
        for one in examples(said)
    ]
    both = [*ours, *theirs]
    rows = _rows(ours, often(theirs, SELDOMER))
    (before_, bias_before), (after, bias_after) = (
        _fitted(shown, rows, len(ours)) for shown in (ours, both)
    )
    forms = {name: sorted(found) for name, found in _forms(theirs).items()}
    return elsewhere.Gained(list(rows), after - before_, bias_after - bias_before, forms)


def _fit(
    kind: str, lanes: list[str], shown: Sequence[Example], matrix: Any, own: int | None = None
) -> tuple[Any, Any]:
    """Weights (lanes, rows) and biases (lanes) of one kind of answer.

    Fitted weights are the best on voices like those they were fitted to; naive counts are poorer
    but hold up better on others. The sum of the two does better on new voices than either.
    How often an act is said is counted among the first ``own`` of ``shown``.
    """
    which = [i for i, one in enumerate(shown) if kind != "category" or one.act in _ASKING]
    gold = [str(getattr(shown[i], kind)) for i in which]
    often = Counter(gold[:own])
    even = EVEN if kind == "act" else 0.0
    weight = np.array(
        [
            shown[i].weight * (often.total() / len(often) / often[name]) ** even
            for i, name in zip(which, gold, strict=True)
        ]
    )
    solver = LogisticRegression(C=LOOSE[kind], max_iter=ROUNDS, tol=1e-3)
    with threadpool_limits(1):  # more would add in another order
        solver.fit(matrix[which], gold, sample_weight=weight)
    found, start = solver.coef_, solver.intercept_
    if share := COUNTED.get(kind):
        counts = MultinomialNB(alpha=SMOOTH).fit(matrix[which], gold, sample_weight=weight)
        found = found + share * _centred(counts.feature_log_prob_)
        start = start + share * _centred(counts.class_log_prior_)
    coef, bias = np.zeros((len(lanes), matrix.shape[1])), np.full(len(lanes), -9.0)
    for name, one, begin in zip(solver.classes_, found, start, strict=True):
        coef[lanes.index(name)] = one
        bias[lanes.index(name)] = begin
    return coef, bias


def _centred(logs: Any) -> Any:
    return logs - logs.mean(axis=0)


def _matrix(shown: Sequence[Example], rows: dict[str, int]) -> Any:
    """Sparse (examples, rows), weighed as `Model.judge` weighs them."""
    at, to, values = [], [], []
    for i, one in enumerate(shown):
        for kind in PULL:
            found = sorted(rows[name] for name in getattr(one, kind) if name in rows)
            if not found:
                continue
            pull = PULL[kind] if kind == "facts" else PULL[kind] / len(found) ** 0.5
            at += [i] * len(found)
            to += found
            values += [pull] * len(found)
    return sp.csr_matrix((values, (at, to)), shape=(len(shown), len(rows)))


def main(argv: Sequence[str] | None = None) -> int:
    """Write or check the model."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--check", action="store_true", help="compare with the shipped file only")
    options.add_argument(
        "--elsewhere", type=Path, metavar="DIR", help="learn from public messages anew"
    )
    asked = options.parse_args(argv)
    if asked.elsewhere:
        elsewhere.ACTS.write_bytes(learn_elsewhere(asked.elsewhere).packed())
        print(f"{elsewhere.ACTS.name}: {elsewhere.ACTS.stat().st_size:,} bytes")
        return 0
    paths = files(held_out=False)
    model = train(examples(lines(paths)), fingerprint(paths), HEAT)
    return ship(FILE, model, check=asked.check, packed=True)


# How far the scores are drawn together, from cross-validation (bench.measure_reader --set dev).
HEAT: Final = {"act": 0.65, "category": 1.0}

if __name__ == "__main__":
    raise SystemExit(main())
