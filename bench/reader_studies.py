"""Studies of the reader on the voices it is trained on: each is read by a model without it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from bench import reader_scores as scores
from bench.hearing_lines import Line
from bench.reader_tables import Table
from bench.train_reader import HEAT, Example, examples, train
from bot.understanding.model import Model
from bot.understanding.reader import Reader
from handlers.reading import Reading

Told = list[tuple[Line, Reading]]
_FOLDS: Final = 3
_SHARES: Final = (0.125, 0.25, 0.5, 0.75, 1.0)
_OF_RULES: Final = ("t:", "h:")
_LANGS: Final = ("zh", "en")
_WORST: Final = 10


def curve(said: Sequence[Line]) -> Table:
    """Macro-F1 on voices not heard, by how many of the others the model was trained on."""
    shown = examples(said)
    rows = []
    for share in _SHARES:
        told, many = Told(), 0
        for fold in _folds(said):
            rest = sorted({one.voice for one in said} - fold)
            step = {
                voice
                for i, voice in enumerate(rest)
                if math.floor(i * share) != math.floor((i + 1) * share)
            }
            known = [one for one in shown if one.voice in step]
            many += sum(one.voice in step for one in said)
            told += _read(Model(train(known, "", HEAT)), [one for one in said if one.voice in fold])
        rows.append([f"{many // _FOLDS:,}", *_figures(told)])
    return Table("Learning curve", ["trained on", *_HEADS], rows)


def without(said: Sequence[Line]) -> Table:
    """What is lost if a part of the reader is taken away."""
    shown = examples(said)
    parts: dict[str, tuple[Callable[[Example], Example], bool]] = {
        "whole": (_same, False),
        "without the rules' tags and verdicts": (_wordy, True),
        "without the line before": (_alone, False),
    }
    rows = []
    for name, (part, by_model) in parts.items():
        told = Told()
        for fold in _folds(said):
            model = Model(train([part(one) for one in shown if one.voice not in fold], "", HEAT))
            aside = [one for one in said if one.voice in fold]
            told += _by_model(model, aside, part) if by_model else _read(model, aside)
        rows.append([name, *_figures(told)])
    bare = Told()
    rules = Reader()
    rules.model = None
    for one in said:
        bare.append((one, rules.read(one.text, context=one.context)))
    rows.append(["without the model", *_figures(bare)])
    return Table("Ablations", ["", *_HEADS], rows)


def voices(told: Told) -> Table:
    """Each voice, read by a model that never heard it."""
    rows = []
    for voice in sorted({line.voice for line, _ in told}):
        pairs = [pair for pair in told if pair[0].voice == voice]
        recall, precision = scores.asking(pairs)
        right = scores.Share(sum(line.act == read.act for line, read in pairs), len(pairs))
        rows.append([voice, str(len(pairs)), str(right), str(recall), str(precision)])
    return Table(
        "Each voice left out",
        ["", "lines", "acts right", "need/report recall", "precision"],
        rows,
    )


def worst(told: Told) -> Table:
    """The errors that the reader was surest of, a language at a time."""
    rows = []
    for lang in _LANGS:
        wrong = [pair for pair in told if pair[0].lang == lang and pair[0].act != pair[1].act]
        wrong.sort(key=lambda pair: -pair[1].confidence)
        rows += [
            [line.act, read.act, f"{read.confidence:.2f}", _short(line)]
            for line, read in wrong[:_WORST]
        ]
    return Table("The worst errors", ["is", "read as", "at", "message"], rows)


_HEADS: Final = [
    f"{lang} {what}" for lang in _LANGS for what in ("macro-F1", "recall", "precision")
]


def _figures(told: Told) -> list[str]:
    out = []
    for lang in _LANGS:
        pairs = [pair for pair in told if pair[0].lang == lang]
        out += [f"{scores.macro(pairs)[0]:.3f}", *map(str, scores.asking(pairs))]
    return out


def _folds(said: Sequence[Line]) -> list[set[str]]:
    names = sorted({one.voice for one in said})
    return [set(names[which::_FOLDS]) for which in range(_FOLDS)]


def _read(model: Model, aside: Sequence[Line]) -> Told:
    reader = Reader()
    reader.model = model
    return [(one, reader.read(one.text, context=one.context)) for one in aside]


def _by_model(model: Model, aside: Sequence[Line], part: Callable[[Example], Example]) -> Told:
    """The model's likeliest act, rules having no say in it."""
    out, reader = Told(), Reader()
    for one in aside:
        shown = part(examples([one], reader=reader)[0])
        acts = model.judge(shown.spelt, shown.facts, shown.line).acts
        best = max(acts, key=acts.__getitem__)
        out.append((one, Reading(act=best, confidence=acts[best])))
    return out


def _same(shown: Example) -> Example:
    return shown


def _wordy(shown: Example) -> Example:
    return replace(shown, facts=[one for one in shown.facts if not one.startswith(_OF_RULES)])


def _alone(shown: Example) -> Example:
    return replace(shown, line=[])


def _short(line: Line) -> str:
    before = f"{line.context[-1]} ⏎ " if line.context else ""
    return (before + line.text).replace("\n", " ")[:120]
