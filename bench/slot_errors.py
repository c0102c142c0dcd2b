"""Where the slots of a reading go wrong on the labelled lines that are trained on.

``python -m bench.slot_errors`` counts; ``--errors items|place|when|phone|person`` prints each line
that is read otherwise than labelled. Acts are taken as labelled, so that an error is the slot's
own; things are found by weights that have not seen the voice they read.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from bench import train_things
from bench.hearing_lines import PARTS, Line, files, lines
from bench.reader_scores import same_phone, same_place, same_when
from bot.understanding import things
from bot.understanding.items import items_of
from bot.understanding.people import person
from bot.understanding.reader import Reader
from handlers.reading import Item, Reading

SLOTS: Final = ("items", "place", "when", "phone", "person")
_NEVER: Final = frozenset(("chat", "well", "done", "arrived", "confirm", "reopen", "cancel"))


class Read(NamedTuple):
    """A line and what was read in it, its things by weights that do not know it."""

    line: Line
    reading: Reading


def read(said: Sequence[Line]) -> Iterator[Read]:
    """Every line with its slots, as if its act had been read as labelled."""
    reader = Reader()
    shown = train_things.examples(said, reader)
    fold = {
        voice: i % train_things.FOLDS for i, voice in enumerate(sorted({o.voice for o in said}))
    }
    weights = [
        things.packed(train_things.train([one for one in shown if fold[one.line.voice] != which]))
        for which in range(train_things.FOLDS)
    ]
    for line in said:
        reading = reader.read(line.text, context=line.context)
        items: tuple[Item, ...] = ()
        if line.act in ("need", "offer"):
            heard = reader.heard(line.text)
            about = train_things.ruled(line, heard)
            items = items_of(heard.plain, heard.low, heard.hits, about, weights[fold[line.voice]])
        yield Read(line, reading.but(act=line.act, items=items, person=person(line.text)))


def missed(one: Read, slot: str) -> tuple[str, str] | None:
    """(labelled, read) where they differ; None where they agree or nothing is labelled."""
    line, reading = one
    if slot == "items" and line.act in ("need", "offer"):
        gold = [text.partition("*")[0].lower() for text in line.items]
        got = [item.text.lower() for item in reading.items]
        return None if sorted(gold) == sorted(got) else (";".join(gold), ";".join(got))
    if slot == "place" and not same_place(line, reading):
        got = [getattr(reading.place, part) or "" for part in PARTS]
        return "/".join(line.place), f"{'/'.join(got)} {reading.place.text or ''}"
    if slot == "when" and line.when and not same_when(line, reading):
        return line.when, reading.when.text if reading.when else ""
    if slot == "when" and not line.when and reading.when and line.act not in _NEVER:
        return "", reading.when.text
    if slot == "phone" and not same_phone(line, reading):
        return ";".join(line.phone), ";".join(reading.phone)
    return None


def main() -> None:
    """Count, or print the errors of one slot."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--errors", choices=SLOTS)
    options.add_argument("--lang", choices=("zh", "en"))
    options.add_argument("--voice", help="only voices whose name holds this")
    asked = options.parse_args()
    every = list(read([line for line in lines(files(held_out=False)) if line.full]))
    told = [
        one
        for one in every
        if asked.lang in (None, one.line.lang) and (asked.voice or "") in one.line.voice
    ]
    if asked.errors == "person":
        for line, reading in told:
            if reading.person.text:
                print(f"{line.text} | {reading.person}")
    elif asked.errors:
        for one in told:
            if (pair := missed(one, asked.errors)) is not None:
                print(
                    f"{one.line.voice} {one.line.act} | {one.line.text!r} | {pair[0]} | {pair[1]}"
                )
    else:
        _count(told)


def _count(told: Sequence[Read]) -> None:
    """Of each slot: lines labelled, read as labelled, and read where nothing is labelled."""
    labelled, right, extra = Counter[str](), Counter[str](), Counter[str]()
    for one in told:
        line = one.line
        has = {
            "items": line.items,
            "place": any(line.place),
            "when": line.when,
            "phone": line.phone,
        }
        for slot, label in has.items():
            wrong = missed(one, slot)
            labelled[slot] += bool(label)
            right[slot] += bool(label) and wrong is None
            extra[slot] += not label and wrong is not None
    for slot in labelled:
        share = right[slot] / max(labelled[slot], 1)
        print(
            f"{slot:6} {share:.3f} of {labelled[slot]} exact, {extra[slot]} where none is labelled"
        )
    pairs = [(one.line, [item.text for item in one.reading.items]) for one in told]
    asking = [pair for pair in pairs if pair[0].act in ("need", "offer")]
    for lang in sorted({one.line.lang for one in told}):
        print(lang, "items:", train_things.figures([p for p in asking if p[0].lang == lang]))


if __name__ == "__main__":
    main()
