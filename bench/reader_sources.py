"""The reader on messages from elsewhere, none of which it was trained on as they are."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from bench import reader_scores as scores
from bench.hearing_lines import PARTS, more
from bench.reader_tables import Table
from bot.understanding.reader import Reader
from handlers.reading import Reading

_TAGS: Final = {"building": "houseno", "unit": "cellno", "floor": "floorno", "room": "roomno"}


def chatter(folder: Path, reader: Reader) -> Table:
    """False needs and alarms on the chat lines of a folder, file by file."""
    rows = []
    for path in sorted(folder.glob("chat_*.jsonl")):
        read = [reader.read(text) for _, text in more(folder, path.name)]
        plea = [one for one in read if one.act in scores.ASKING]
        rows.append(
            [
                *(path.stem, str(len(read))),
                *(
                    scores.Share(
                        sum(one.confidence >= least for one in plea), len(read)
                    ).per_thousand()
                    for least in (0.0, scores.ASKS, scores.SURE)
                ),
                scores.Share(
                    sum(one.emergency is not None for one in read), len(read)
                ).per_thousand(),
            ]
        )
    return Table(
        "Chat lines from elsewhere, per 1,000",
        ["", "lines", "needs and reports", "≥0.5 (asks)", "≥0.75 (acts)", "alarms"],
        rows,
    )


def pleas(folder: Path, reader: Reader) -> Table:
    """Sources that are all of one kind: the share read as that, at each confidence."""
    wanted: dict[str, Callable[[Reading], bool]] = {
        "asks_en": lambda one: one.act in scores.ASKING,
        "reports_zh": lambda one: one.act in (*scores.ASKING, "question"),
        "medical_questions_zh": lambda one: one.act == "question",
    }
    rows = []
    for name, is_so in wanted.items():
        read = [reader.read(text) for _, text in more(folder, f"{name}.jsonl")]
        if read:
            share = scores.Share(sum(map(is_so, read)), len(read))
            rows.append([name, str(len(read)), str(share)])
    return Table("Sources of one kind", ["", "lines", "read as such"], rows)


def addresses(path: Path, reader: Reader) -> Table:
    """Parts of Chinese addresses, by F1."""
    hit, said, gold = dict.fromkeys(PARTS, 0), dict.fromkeys(PARTS, 0), dict.fromkeys(PARTS, 0)
    for row in path.read_text(encoding="utf-8").splitlines():
        given = json.loads(row)
        place = reader.heard(given["text"]).place
        for part in PARTS:
            label = _digits(_tagged(given["text"], given["tags"], _TAGS[part]))
            read = (getattr(place, part) or "").lower()
            said[part] += bool(read)
            gold[part] += bool(label)
            hit[part] += bool(read) and read == label
    return Table(
        "Chinese addresses",
        ["part", "labelled", "F1"],
        [[p, str(gold[p]), f"{2 * hit[p] / max(said[p] + gold[p], 1):.3f}"] for p in PARTS],
    )


def _tagged(text: str, tags: Sequence[str], name: str) -> str:
    # A number may have one tag for all its digits.
    signs = list(text) if len(text) == len(tags) else re.findall(r"\d+|[A-Za-z]+|.", text)
    return "".join(sign for sign, tag in zip(signs, tags, strict=False) if tag.endswith(f"-{name}"))


def _digits(label: str) -> str:
    from bot.understanding.numbers import digits  # noqa: PLC0415

    return digits(label.rstrip("栋幢座号楼单元室层房门弄街塔铺#Ff")).lower()


def disasters(path: Path, reader: Reader) -> Table:
    """Text messages from disasters: a request is a need or a report."""
    hit = said = gold = 0
    for row in path.read_text(encoding="utf-8").splitlines():
        given = json.loads(row)
        if given.get("genre") != "direct":
            continue
        is_so = "request" in given["labels"]
        says = reader.read(given["text"]).act in scores.ASKING
        gold, said, hit = gold + is_so, said + says, hit + (is_so and says)
    recall, precision = scores.Share(hit, gold), scores.Share(hit, said)
    return Table(
        "Requests among text messages from disasters",
        ["labelled", "recall", "precision", "F1"],
        [[str(gold), str(recall), str(precision), f"{2 * hit / max(said + gold, 1):.3f}"]],
    )
