"""The labelled messages of tests/hearing: what was said, in which talk, and what it means."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "tests" / "hearing"
PARTS = ("building", "unit", "floor", "room")


class Written(Enum):
    """What a voice was written for."""

    AS_SAID = "as it comes"
    AS_DANGERS = "dangers and their look-alikes, against the reader"
    AS_ANSWERS = "answers, and what is said in their place, against the reader"
    FROM_AFAR = "what is posted or written to strangers: in a flood, a storm, to a hotline"


_SELDOM = (
    (re.compile("^(?:zh_dangers_[i-z]|en_dangers_(?:[l-z]|[ab][a-z]))$"), Written.AS_DANGERS),
    (re.compile("_(?:talk|contrast)_"), Written.AS_ANSWERS),
    (re.compile("_(?:floods|letters|lockdown|relief)_"), Written.FROM_AFAR),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One labelled message; ``full`` says whether its slots are labelled too.

    ``place`` holds building, unit, floor and room, "" for what is not said.
    """

    voice: str
    lang: str
    act: str
    emergency: str | None
    category: str | None
    text: str
    context: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    place: tuple[str, ...] = ("", "", "", "")
    phone: tuple[str, ...] = ()
    when: str = ""
    full: bool = True


def files(*, held_out: bool) -> list[Path]:
    """The files of voices that are trained on, or of those set aside, by name."""
    found = sorted(FOLDER.glob("*.tsv"))
    return [
        file
        for file in found
        if file.name.startswith("held_out_") == held_out
        and file.stem.removeprefix("held_out_").partition("_")[0] in ("zh", "en")
    ]


def lines(paths: Iterable[Path]) -> list[Line]:
    """All labelled messages of these files, in order."""
    return [line for path in paths for line in _of(path)]


def written(voice: str) -> Written:
    """What a voice was written for, by its name."""
    return next((what for like, what in _SELDOM if like.search(voice)), Written.AS_SAID)


def digest(paths: Iterable[Path]) -> str:
    """A fingerprint of files, by which a model knows what it was trained on."""
    inputs = hashlib.sha256()
    for path in paths:
        inputs.update(path.name.encode() + b"\n" + path.read_bytes())
    return inputs.hexdigest()


def more(folder: Path, pattern: str) -> Iterator[tuple[str, str]]:
    """Language and text of each message in the JSON-lines files of ``folder``."""
    for path in sorted(folder.glob(pattern)):
        lang = "en" if path.stem.endswith("_en") else "zh"
        for row in path.read_text(encoding="utf-8").splitlines():
            yield lang, json.loads(row)["text"]


def _of(path: Path) -> Iterator[Line]:
    voice = path.stem.removeprefix("held_out_")
    lang = voice.partition("_")[0]
    for row in path.read_text(encoding="utf-8").splitlines()[1:]:
        cells = row.split("\t")
        full = len(cells) > 5
        act, emergency, category, text, context, items, place, phone, when = (
            cells + [""] * (9 - len(cells))
        )[:9]
        yield Line(
            voice,
            lang,
            act.rstrip("?"),
            emergency or None,
            category or None,
            text.replace("\\n", "\n"),
            tuple(one.replace("\\n", "\n") for one in context.split(" | ")) if context else (),
            tuple(one for one in items.split(";") if one),
            tuple((place.partition("|")[0] or "///").split("/")),
            tuple(one for one in phone.split(";") if one),
            when,
            full,
        )
