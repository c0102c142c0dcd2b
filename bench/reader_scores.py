"""Figures of readings against labels: shares, F1, intervals, calibration. Plain counting."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from bench.hearing_lines import PARTS, Line
from bot.understanding.lexicon import chinese_name
from handlers.reading import Reading

ASKING: Final = ("need", "report")
SURE: Final = 0.75  # the bot acts
ASKS: Final = 0.5  # the bot asks
_DRAWS: Final = 400
Pairs = Sequence[tuple[Line, Reading]]


class Share(NamedTuple):
    """``hit`` out of ``all``."""

    hit: int
    all: int

    def __str__(self) -> str:
        return f"{self.hit / self.all:.3f}" if self.all else "–"

    def per_thousand(self) -> str:
        """Per 1,000."""
        return f"{1000 * self.hit / self.all:.1f}" if self.all else "–"


class Found(NamedTuple):
    """Precision, recall and F1 of one name."""

    precision: float
    recall: float
    f1: float
    lines: int


def acts(pairs: Pairs) -> dict[str, Found]:
    """Each act's figures, by name."""
    cells = Counter((line.act, reading.act) for line, reading in pairs)
    return _by_name(cells)


def _by_name(cells: Counter[tuple[str, str]]) -> dict[str, Found]:
    gold, said = Counter[str](), Counter[str]()
    for (label, act), times in cells.items():
        gold[label] += times
        said[act] += times
    return {
        name: Found(
            cells[name, name] / max(said[name], 1),
            cells[name, name] / gold[name],
            2 * cells[name, name] / (gold[name] + said[name]),
            gold[name],
        )
        for name in sorted(gold)
    }


def macro(pairs: Pairs) -> tuple[float, float, float]:
    """Macro-F1 over acts, and its 95 % interval by bootstrap over lines."""
    cells = Counter((line.act, reading.act) for line, reading in pairs)
    kinds, often = list(cells), list(cells.values())
    draw = random.Random(1)
    drawn = sorted(_mean(Counter(draw.choices(kinds, often, k=len(pairs)))) for _ in range(_DRAWS))
    return _mean(cells), drawn[_DRAWS // 40], drawn[-_DRAWS // 40]


def spans(pairs: Pairs) -> dict[str, tuple[float, float]]:
    """The 95 % interval of each act's F1, by bootstrap over lines."""
    cells = Counter((line.act, reading.act) for line, reading in pairs)
    kinds, often = list(cells), list(cells.values())
    draw = random.Random(1)
    drawn: dict[str, list[float]] = {line.act: [] for line, _ in pairs}
    for _ in range(_DRAWS):
        for name, one in _by_name(Counter(draw.choices(kinds, often, k=len(pairs)))).items():
            drawn[name].append(one.f1)
    return {
        name: (sorted(of)[len(of) // 40], sorted(of)[-len(of) // 40]) for name, of in drawn.items()
    }


def _mean(cells: Counter[tuple[str, str]]) -> float:
    found = _by_name(cells)
    return sum(one.f1 for one in found.values()) / max(len(found), 1)


def asking(pairs: Pairs, least: float = 0.0) -> tuple[Share, Share]:
    """Recall and precision of need-or-report among readings of at least this confidence."""
    hit = said = gold = 0
    for line, reading in pairs:
        is_so = line.act in ASKING
        says = reading.act in ASKING and reading.confidence >= least
        gold, said, hit = gold + is_so, said + says, hit + (is_so and says)
    return Share(hit, gold), Share(hit, said)


def emergencies(pairs: Pairs) -> tuple[Share, Share]:
    """Recall, and right kinds among those heard."""
    real = [(line, reading) for line, reading in pairs if line.emergency]
    heard = [(line, reading) for line, reading in real if reading.emergency]
    right = sum(line.emergency == reading.emergency for line, reading in heard)
    return Share(len(heard), len(real)), Share(right, len(heard))


def false_alarms(pairs: Pairs) -> Share:
    """Chat lines heard as an emergency."""
    chat = _chat(pairs)
    return Share(sum(reading.emergency is not None for reading in chat), len(chat))


def false_needs(pairs: Pairs, least: float = 0.0) -> Share:
    """Chat lines heard as a need or report of at least this confidence."""
    chat = _chat(pairs)
    wrong = [one for one in chat if one.act in ASKING and one.confidence >= least]
    return Share(len(wrong), len(chat))


def _chat(pairs: Pairs) -> list[Reading]:
    return [reading for line, reading in pairs if line.act == "chat" and not line.emergency]


def categories(pairs: Pairs) -> Share:
    """Right categories among asked, offered or reported things read as one of those."""
    both = [
        (line, reading) for line, reading in pairs if line.category and reading.category is not None
    ]
    return Share(sum(line.category == reading.category for line, reading in both), len(both))


def items(pairs: Pairs) -> Found:
    """Things named, matched by overlapping words or the same canonical name."""
    hit = said = gold = 0
    for line, reading in pairs:
        if not line.full or line.act not in ("need", "offer"):
            continue
        left = [text.partition("*")[0] for text in line.items]
        gold, said = gold + len(left), said + len(reading.items)
        for item in reading.items:
            same = next((one for one in left if _same(one, item.text, item.name)), None)
            if same is not None:
                left.remove(same)
                hit += 1
    return Found(hit / max(said, 1), hit / max(gold, 1), 2 * hit / max(said + gold, 1), gold)


def _same(labelled: str, text: str, name: str) -> bool:
    a, b = labelled.lower(), text.lower()
    return a in b or b in a or chinese_name(labelled) == name


def slots(pairs: Pairs, named: Callable[[Line], object], right: Callable[..., bool]) -> Share:
    """Lines whose slot is read exactly, among those that name it."""
    said = [(line, reading) for line, reading in pairs if line.full and named(line)]
    return Share(sum(right(line, reading) for line, reading in said), len(said))


def same_place(line: Line, reading: Reading) -> bool:
    """Whether building, unit, floor and room are all as labelled."""
    read = tuple((getattr(reading.place, part) or "").lower() for part in PARTS)
    return read == tuple(part.lower() for part in line.place)


def same_phone(line: Line, reading: Reading) -> bool:
    """Whether the numbers are those labelled."""
    return sorted(line.phone) == sorted(reading.phone)


def same_when(line: Line, reading: Reading) -> bool:
    """Whether the time words are those labelled."""
    return reading.when is not None and reading.when.text.strip().lower() == line.when.lower()


def calibration(pairs: Pairs) -> tuple[float, list[tuple[float, float, int]]]:
    """Expected calibration error, and (said, right, lines) of each tenth."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for line, reading in pairs:
        tenth = min(int(reading.confidence * 10), 9)
        bins.setdefault(tenth, []).append((reading.confidence, reading.act == line.act))
    rows = [
        (sum(c for c, _ in one) / len(one), sum(r for _, r in one) / len(one), len(one))
        for _, one in sorted(bins.items())
    ]
    error = sum(abs(said - right) * many for said, right, many in rows)
    return error / max(len(pairs), 1), rows
