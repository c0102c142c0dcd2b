"""Trains the reader's model from tests/hearing/*.tsv, held-out voices excepted.

``python -m bench.train_reader`` writes ``bot/understanding/model.bin``; with ``--check`` it only
compares. The same lines give the same bytes: sorted input, a fixed solver, one thread, rounding.

``--chatter DIR`` makes ``bench/chatter.tsv`` anew: how much each piece speaks for chat once public
chit-chat is among the lines. Only those numbers are kept, so the model needs no line of it.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final, get_args

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from threadpoolctl import threadpool_limits

from bench.hearing_lines import Line, Written, digest, files, lines, more, written
from bot.understanding.features import before, facts, of_talk, pieces, spelt, tokens
from bot.understanding.model import FILE, LIFT, PLEAS, unpacked
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
    "act": 0.25,
    "category": 0.25,
}  # how far naive counting speaks beside the fitted weights
SMOOTH: Final = 0.2  # what naive counting adds to each count
EVEN: Final = 0.6  # 0: every line weighs the same; 1: every act does
PLAIN: Final = ("zh", "en", "zh_plain", "en_plain")
PLAINEST: Final = 8.0  # weight of their plain everyday lines
# Weight of voices written against the reader as it was: what they say is not said on most days, and
# with their whole weight the others are read worse.
AGAINST: Final = {Written.AS_DANGERS: 0.3, Written.AS_ANSWERS: 0.5}
# Messages a row must occur in: of Chinese characters there are fewer than of English words, and
# what was said but three times in them says nothing on new voices.
LEAST: Final = {True: 7, False: 4}
MOST: Final = 42  # steps of the largest weight; three times as many read no line better
ROUNDS: Final = 60
CHATTER: Final = Path(__file__).parent / "chatter.tsv"
CHATTER_FROM: Final = "chat_lccc_zh.jsonl"
CHATTER_WEIGHT: Final = 0.3  # of one line of chit-chat, beside 1 of ours
FOLDS: Final = 4
FAINT: Final = 2  # hundredths: changes smaller than this are not kept
LANGUAGE: Final = "t:zh"
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
        light = AGAINST.get(written(one.voice), 1.0)
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
    rows = _rows(shown)
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
    forms: dict[str, set[str]] = {}
    for one in shown:
        for form, name in one.forms.items():
            forms.setdefault(name, set()).add(form)
    by_name = {name for one in shown for name in (*one.facts, *one.line)}
    pieces_ = [i for i, name in enumerate(names) if name not in by_name]
    order = [*pieces_, *(i for i, name in enumerate(names) if name in by_name)]
    listed, again = [], []
    for at, name in enumerate(names[i] for i in order):
        first, *more = (
            sorted(forms.get(name, ())) if at < len(pieces_) else (name, *forms.get(name, ()))
        )
        listed.append(first)
        again += [(form, at) for form in sorted(more)]
    head = {"pieces": len(pieces_), "again": [at for _, at in again]}
    return order, [*listed, *(form for form, _ in again)], head


def _kinds(shown: Sequence[Example]) -> dict[str, str]:
    """Of which kind each row is."""
    return {name: kind for kind in PULL for one in shown for name in getattr(one, kind)}


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


def _rows(shown: Sequence[Example]) -> dict[str, float]:
    """What is weighed, in order, and by how much: the rarer a piece the more; facts all alike."""
    facts_ = {name for one in shown for name in one.facts}
    seen = Counter(name for one in shown for kind in PULL for name in set(getattr(one, kind)))
    return {
        name: 1.0 if name in facts_ else (math.log((1 + len(shown)) / (1 + times)) + 1) / USUAL
        for name, times in sorted(seen.items())
        if times >= LEAST[_HAN.search(name) is not None]
    }


def _weights(shown: Sequence[Example], rows: dict[str, float]) -> tuple[Any, Any]:
    """Weights (rows, lanes) and biases (lanes) of all kinds of answers."""
    matrix = _matrix(shown, {name: i for i, name in enumerate(rows)})
    rarity = sp.diags(list(rows.values()))
    fits = [_fit(kind, lanes, shown, matrix @ rarity) for kind, lanes in LANES.items()]
    whole = rarity @ np.vstack([coef for coef, _ in fits]).T
    # The chit-chat was Chinese: what it says of Latin words and signs is not for English.
    idle = [
        0.0 if name.isascii() and name != LANGUAGE else chatter().get(name, 0.0) for name in rows
    ]
    for act in PLEAS:
        whole[:, LANES["act"].index(act)] -= idle
    return whole, np.concatenate([start for _, start in fits])


@cache
def chatter() -> dict[str, float]:
    """How much more a piece speaks against a plea than our own lines alone say; empty without."""
    if not CHATTER.exists():
        return {}
    rows = (row.rpartition("\t") for row in CHATTER.read_text(encoding="utf-8").split("\n") if row)
    return {name: int(number) / 100 for name, _, number in rows}


def learn_chatter(folder: Path) -> str:
    """The text of ``chatter.tsv``: what chit-chat beside our Chinese lines changes in the weights.

    The change of the bias goes to the tag of the language, so that other languages are let be.
    """
    ours = [one for one in examples(lines(files(held_out=False))) if LANGUAGE in one.facts]
    said = [Line("", "zh", "chat", None, None, text) for _, text in more(folder, CHATTER_FROM)]
    theirs = [replace(one, weight=CHATTER_WEIGHT) for one in examples(said)]
    rows = _rows(ours)
    rarity = sp.diags(list(rows.values()))
    found = []
    for shown in (ours, [*ours, *theirs]):
        matrix = _matrix(shown, {name: i for i, name in enumerate(rows)}) @ rarity
        coef, bias = _fit("act", LANES["act"], shown, matrix, len(ours))
        chat = LANES["act"].index("chat")
        found.append((rarity @ (coef[chat] - coef.mean(axis=0)), bias[chat] - bias.mean()))
    change = found[1][0] - found[0][0]
    change[list(rows).index(LANGUAGE)] += (found[1][1] - found[0][1]) / PULL["facts"]
    numbers = zip(rows, np.rint(change * 100).astype(int), strict=True)
    return "".join(f"{name}\t{number}\n" for name, number in numbers if abs(number) >= FAINT)


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


def main() -> int:
    """Write or check the model."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--check", action="store_true", help="compare with the shipped file only")
    options.add_argument("--chatter", type=Path, metavar="DIR", help="make chatter.tsv anew")
    asked = options.parse_args()
    if asked.chatter:
        CHATTER.write_text(learn_chatter(asked.chatter), encoding="utf-8")
        print(f"{CHATTER.name}: {CHATTER.stat().st_size:,} bytes")
        return 0
    check = asked.check
    paths = files(held_out=False)
    model = train(examples(lines(paths)), digest(paths), HEAT)
    if check:
        same = FILE.exists() and unpacked() == model
        print("the same" if same else "not the same")
        return 0 if same else 1
    FILE.write_bytes(zlib.compress(model, 9))
    print(f"{FILE.name}: {FILE.stat().st_size:,} bytes, {len(model):,} unpacked")
    return 0


# How far the scores are drawn together, from cross-validation (bench.measure_reader --set dev).
HEAT: Final = {"act": 0.6, "category": 1.0}

if __name__ == "__main__":
    raise SystemExit(main())
