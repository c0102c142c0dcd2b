"""Messages from elsewhere that the reader learns from, of which only numbers are kept.

Beside this file lie our own labels of public messages, by the number of the row and without a word
of it, and what the weights of acts and of dangers gain once those messages stand beside our lines
(``--elsewhere DIR`` of `bench.train`). So both are trained anew
without the messages.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.hearing_lines import Line
from handlers.reading import Act

FOLDER: Final = Path(__file__).parent
ACTS: Final = FOLDER / "acts.bin"
DANGERS: Final = FOLDER / "dangers.bin"
STEP: Final = 0.02  # what one step of a kept number stands for
FAINT: Final = 0.1  # smaller changes are not kept: they fill most of the file and say little


@dataclass(frozen=True, slots=True)
class Source:
    """A public set in ``<file>.jsonl``; a line of it weighs ``weight`` beside 1 of ours.

    Our labels stand in ``<name>.tsv``, or every line of that ``genre`` is an ``act``. ``tells``
    says that its labels tell danger from what is none.
    """

    name: str
    file: str
    lang: str
    weight: float
    act: Act | None = None
    genre: str | None = None
    tells: bool = False

    def holds(self, row: dict[str, Any]) -> bool:
        """Whether a row of the file is a line of this set."""
        return self.genre is None or (
            row["genre"] == self.genre and not {"request", "offer"}.intersection(row["labels"])
        )


# thu-coai/CDial-GPT, GiveHenanAHand/henan-rescue and Toyhom/Chinese-medical-dialogue-data are under
# the MIT licence, the disaster response messages (Appen) under CC BY 4.0. Who writes to a relief
# line that he starves, or asks a doctor about a pain, may or may not be in danger now.
SOURCES: Final = (
    Source("chat_lccc_zh", "chat_lccc_zh", "zh", 0.3, act="chat", tells=True),
    Source("pleas_zh", "pleas_zh", "zh", 1.0, tells=True),
    Source("medical_questions_zh", "medical_questions_zh", "zh", 0.05, act="question"),
    Source("disaster_en", "disaster_en", "en", 0.5),
    Source("disaster_news", "disaster_en", "en", 0.03, act="chat", genre="news"),
)


@dataclass(frozen=True, slots=True)
class Gained:
    """What weights and biases gain: (rows, lanes) and (lanes).

    ``forms`` holds how a row is spelt in a message, of those rows of acts that are pieces;
    ``noticed`` the pieces that the emergency layer notices though no list has them.
    """

    rows: Sequence[str]
    weights: Any
    bias: Any
    forms: dict[str, list[str]] = field(default_factory=dict)
    noticed: Sequence[str] = ()

    def packed(self) -> bytes:
        """The bytes of a file; what changes little is left out, for it fills most of it."""
        strong = np.where(np.abs(self.weights) >= FAINT, self.weights, 0.0)
        kept = np.abs(strong).max(axis=1) > 0
        rows = [name for name, keep in zip(self.rows, kept, strict=True) if keep]
        head = {
            "rows": rows,
            "bias": [round(float(one), 3) for one in self.bias],
            "forms": {name: self.forms[name] for name in rows if name in self.forms},
            "noticed": self.noticed,
        }
        top = json.dumps(head, ensure_ascii=False).encode()
        steps = np.rint(strong[kept] / STEP).clip(-32_000, 32_000).astype("<i2")
        return zlib.compress(top + b"\n" + steps.tobytes(), 9)


@cache
def gained(path: Path) -> Gained:
    """What a file holds; nothing before it is first made."""
    if not path.exists():
        return Gained((), np.zeros((0, 1)), 0.0)
    top, _, rest = zlib.decompress(path.read_bytes()).partition(b"\n")
    head = json.loads(top)
    steps = np.frombuffer(rest, dtype="<i2").reshape(len(head["rows"]), -1)
    bias = np.array(head["bias"])
    return Gained(head["rows"], steps * STEP, bias, head["forms"], head["noticed"])


def labelled(folder: Path) -> Iterator[tuple[Source, list[Line]]]:
    """The messages of each source in ``folder`` that have a label, as lines."""
    for source in SOURCES:
        text = (folder / f"{source.file}.jsonl").read_text(encoding="utf-8")
        rows = [json.loads(row) for row in text.splitlines()]
        yield (
            source,
            [
                Line(source.name, source.lang, act, emergency, category, rows[at]["text"])
                for at, act, emergency, category in _labels(source, rows)
            ],
        )


def _labels(
    source: Source, rows: Sequence[dict[str, Any]]
) -> Iterator[tuple[int, str, str | None, str | None]]:
    """Row (from 0), act, emergency and category of each message."""
    if source.act:
        yield from (
            (at, source.act, None, None) for at, row in enumerate(rows) if source.holds(row)
        )
        return
    for line in (FOLDER / f"{source.name}.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        at, act, emergency, category = line.split("\t")
        yield int(at), act, emergency or None, category or None
