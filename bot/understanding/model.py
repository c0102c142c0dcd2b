"""A small linear model: how likely each act, danger and category is, from pieces and facts.

The file holds one JSON line (lanes, biases, scales), the names of the rows, and a byte for each
row and lane. At run time a row is one whole number with 32 bits for each lane, so that adding
rows adds all lanes at once; that needs no array library and some ten microseconds.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from struct import Struct
from typing import Any, Final, NamedTuple

from handlers.reading import Act, Category, Danger

FILE: Final = Path(__file__).parent / "model.bin"
LIFT: Final = 128  # the byte of a weight of nothing, so that no lane runs below it
_GRAIN = 256  # steps in which the length of a message is weighed
PLEAS: Final[tuple[Act, ...]] = ("need", "report")
_GOODS: Final[tuple[Act, ...]] = ("need", "report", "offer")
_CRIES: Final[tuple[Act, ...]] = ("need", "unwell", "report")
_WEIGHED: Final = frozenset(("chat", *PLEAS))  # what the rules are not sure of in few words
# Rules of this certainty are not weighed again: a thing asked for in so many words is a need.
_VERY_SURE: Final[dict[Act, float]] = {"command": 0.93, "claim": 0.97, "need": 0.93}
_FIRM: Final = 0.84  # a rule of this certainty and the model at `_AGREED` are enough to act on
_AGREED: Final = 0.5
_ACTS: Final = 0.76  # just above the confidence from which the bot acts
_ASKS: Final = 0.5  # the confidence from which the bot asks
_ALONE: Final = 0.88  # the probability from which the bot acts on a plea that no rule backs
_NOT_YET: Final = 0.74  # just below the confidence from which the bot acts
_LIKELY: Final = 0.5  # a plea this likely is asked about even if another act is likelier
CLEAR: Final = 0.75  # below this the rules name the category
_ALARMING: Final = 0.5


class Judged(NamedTuple):
    """Probability of each act, and the likeliest danger and category with theirs.

    A danger is named only if it is likelier than none.
    """

    acts: dict[Act, float]
    danger: tuple[Danger | None, float]
    category: tuple[Category, float]


class Decided(NamedTuple):
    """What a message does, before its slots are read; a tuple, for a `Reading` costs ten times."""

    act: Act
    confidence: float
    emergency: Danger | None = None


class Model:
    """Weights in memory; a row that two threads put in its place at once is the same row."""

    def __init__(self, raw: bytes) -> None:
        top, _, rest = raw.partition(b"\n")
        head = json.loads(top)
        names, _, weights = rest.partition(b"\n\n")
        self.inputs: str = head["inputs"]
        self._lanes: dict[str, list[str]] = head["lanes"]
        self._bias: list[float] = head["bias"]
        self._step: float = head["step"]
        self._heat: dict[str, float] = head["heat"]
        self._pull: dict[str, float] = head["pull"]
        width = len(self._bias)
        self._unpack = Struct(f"<{width}I").unpack
        self._bytes = 4 * width
        self._wide = bytearray(4 * len(weights))
        self._wide[0::4] = weights
        # A row's place, until it is first needed; then the row, with a bit above its lanes: so the
        # sum of some tells how many of them were rows.
        self._bits = 8 * self._bytes
        self._lane_bits = (1 << self._bits) - 1
        self._rows = {name: at for at, name in enumerate(names.decode().split("\n"))}
        self._places = len(self._rows)
        self._span: dict[str, tuple[int, int]] = {}
        start = 0
        for kind, lanes in self._lanes.items():
            self._span[kind] = (start, start + len(lanes))
            start += len(lanes)

    def judge(self, pieces: Sequence[str], facts: Sequence[str], line: Sequence[str]) -> Judged:
        """Weigh a message by its pieces, its facts and the pieces of the line before it."""
        total, lift = 0, 0
        get = self._rows.get
        for kind, names in (("pieces", pieces), ("facts", facts), ("line", line)):
            rows = [row for row in map(get, names) if row is not None]
            if not rows:
                continue
            whole = sum(rows)
            if whole >> self._bits != len(rows):  # some are but places as yet
                whole = sum(self._row(name) for name in names if name in self._rows)
            pull = self._pull[kind]
            if kind != "facts":
                pull /= math.sqrt(len(rows))
            many = round(pull * _GRAIN)
            total += (whole & self._lane_bits) * many
            lift += len(rows) * many * LIFT
        step = self._step / _GRAIN
        lanes = self._unpack(total.to_bytes(self._bytes, "little"))
        scores = [(lane - lift) * step + bias for lane, bias in zip(lanes, self._bias, strict=True)]
        return Judged(
            self._likely("act", scores),
            self._first("danger", scores),
            self._first("category", scores),
        )

    def _row(self, name: str) -> int:
        row = self._rows[name]
        if row < self._places:
            at, size = row, self._bytes
            row = int.from_bytes(self._wide[at * size : (at + 1) * size], "little")
            row |= 1 << self._bits
            self._rows[name] = row
        return row

    def _likely(self, kind: str, scores: Sequence[float]) -> dict[Any, float]:
        start, end = self._span[kind]
        heat = self._heat[kind]
        top = max(scores[start:end])
        powers = [math.exp((one - top) * heat) for one in scores[start:end]]
        whole = sum(powers)
        return {name: one / whole for name, one in zip(self._lanes[kind], powers, strict=True)}

    def _first(self, kind: str, scores: Sequence[float]) -> tuple[Any, float]:
        """The likeliest and its probability; no probability is worked out for no danger."""
        start, end = self._span[kind]
        some = scores[start:end]
        top = max(some)
        name = self._lanes[kind][some.index(top)]
        if name == "none":
            return None, 0.0
        heat = self._heat[kind]
        return name, 1 / sum(math.exp((one - top) * heat) for one in some)


@cache
def shipped() -> Model | None:
    """The model that ships with the bot, loaded once; None before the first training."""
    return Model(FILE.read_bytes()) if FILE.exists() else None


def weigh(ruled: Decided, judged: Judged, *, brief: bool, argued: float) -> Decided:
    """What rules and model say together; the rules are among what the model has weighed.

    A danger that the rules hear stays one, and its act one of those that call for help; a command
    stays one, and a ``brief`` answer is what the rules say it is. From the probability ``argued``
    on, an act of theirs wins over a likelier one: the model trusts them too little where it knows
    few of the words.
    """
    acts = judged.acts
    danger = ruled.emergency or _danger(judged)
    if danger is not None:
        act = max(_CRIES, key=acts.__getitem__)
        sure = acts[act] / sum(acts[one] for one in _CRIES)
    elif ruled.confidence >= _VERY_SURE.get(ruled.act, 2.0) or (
        brief and ruled.act not in _WEIGHED
    ):
        act, sure = ruled.act, ruled.confidence
    else:
        act, sure = _likeliest(ruled, acts, argued)
    return Decided(act, sure, danger)


def _likeliest(ruled: Decided, acts: dict[Act, float], argued: float) -> tuple[Act, float]:
    """The act and its probability; what may well be a plea is one the bot must ask about."""
    act = max(acts, key=acts.__getitem__)
    if act == ruled.act in _GOODS and acts[act] >= _AGREED and ruled.confidence >= _FIRM:
        return act, max(acts[act], _ACTS)
    if act != ruled.act != "chat" and acts[ruled.act] >= argued:
        return ruled.act, max(acts[ruled.act], _ASKS)
    if act not in PLEAS and acts["need"] + acts["report"] >= _LIKELY:
        return max(PLEAS, key=acts.__getitem__), _ASKS
    backed = act not in PLEAS or ruled.act in PLEAS or acts[act] >= _ALONE
    return act, acts[act] if backed else min(acts[act], _NOT_YET)


def _danger(judged: Judged) -> Danger | None:
    """The danger the model is sure of though no rule heard it."""
    kind, sure = judged.danger
    return kind if sure >= _ALARMING else None
