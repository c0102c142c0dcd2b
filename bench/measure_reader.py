"""How well the reader hears: every figure of docs/reader.md, beside two simple baselines.

``python -m bench.measure_reader --set dev`` cross-validates over the voices of
tests/hearing/*.tsv (the model is trained anew for each fold); ``--set held_out`` measures the
shipped model on the voices set aside; ``--more DIR`` adds chat lines and addresses from JSON lines.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from bench import reader_scores as scores
from bench.hearing_lines import Line, files, lines
from bench.reader_baselines import Keywords, Plain
from bench.reader_sources import addresses, chatter, disasters, pleas
from bench.reader_studies import curve, voices, without, worst
from bench.reader_tables import Table, show
from bot.understanding import lexicon
from bot.understanding.model import FILE, Model
from bot.understanding.reader import Reader
from handlers.reading import Reading

Told = list[tuple[Line, Reading]]


def by_reader(said: Sequence[Line], reader: Reader, *, talk: bool = True) -> Told:
    """Each line with what the reader makes of it."""
    return [(one, reader.read(one.text, context=one.context if talk else ())) for one in said]


def crossed(said: Sequence[Line]) -> dict[str, Told]:
    """Readings by reader and baseline, each trained without the voice it reads."""
    from bench.train_reader import FOLDS, HEAT, examples, folds, train  # noqa: PLC0415

    fold = folds([one.voice for one in said])
    shown = examples(said)
    reader, out = Reader(), {"reader": Told(), "linear": Told()}
    for which in range(FOLDS):
        aside = [one for one in said if fold[one.voice] == which]
        rest = [one for one in said if fold[one.voice] != which]
        reader.model = Model(train([one for one in shown if fold[one.voice] != which], "", HEAT))
        out["reader"] += by_reader(aside, reader)
        out["linear"] += zip(aside, Plain(rest).read(aside), strict=True)
    return out


def held_out() -> dict[str, Told]:
    """Readings of the voices set aside by the shipped reader, and by the linear baseline."""
    said = lines(files(held_out=True))
    plain = Plain(lines(files(held_out=False)))
    return {
        "reader": by_reader(said, Reader()),
        "linear": list(zip(said, plain.read(said), strict=True)),
    }


def figures(told: dict[str, Told]) -> list[Table]:
    """The tables of one set: overall figures, acts and calibration."""
    whole, per_act, sure = [], [], []
    for lang in ("zh", "en"):
        for name, all_pairs in told.items():
            pairs = [pair for pair in all_pairs if pair[0].lang == lang]
            whole.append(_row(lang, name, pairs))
        per_act += _acts(lang, told)
        pairs = [pair for pair in told["reader"] if pair[0].lang == lang]
        error, rows = scores.calibration(pairs)
        sure += [[lang, f"{a:.2f}", f"{b:.2f}", str(n)] for a, b, n in rows]
        sure.append([lang, "ECE", f"{error:.3f}", str(len(pairs))])
    return [
        Table(
            "Acts, pleas and alarms",
            [
                "",
                "by",
                "lines",
                "act macro-F1 (95 %)",
                "need/report recall",
                "precision",
                "≥0.75 recall",
                "≥0.75 precision",
                "emergency recall",
                "kind",
                "false alarms/1,000 chat",
                "false needs/1,000 chat",
                "category",
            ],
            whole,
        ),
        Table(
            "Slots",
            ["", "items F1", "place exact", "phone exact", "when exact"],
            [_slots(lang, told["reader"]) for lang in ("zh", "en")],
        ),
        Table("Each act", ["", *_ACT_HEADS], per_act),
        Table("Calibration", ["", "said", "right", "lines"], sure),
    ]


_ACT_HEADS = ["act", "lines", "precision", "recall", "F1 (95 %)", "linear", "keywords"]


def _acts(lang: str, told: dict[str, Told]) -> list[list[str]]:
    """Each act's figures, beside the F1 of the baselines."""
    of = {name: [pair for pair in all_ if pair[0].lang == lang] for name, all_ in told.items()}
    spans = scores.spans(of["reader"])
    beside = [scores.acts(of[name]) for name in ("linear", "keywords")]
    return [
        [
            *(lang, act, str(one.lines), f"{one.precision:.3f}", f"{one.recall:.3f}"),
            f"{one.f1:.3f} ({spans[act][0]:.3f}–{spans[act][1]:.3f})",
            *(f"{other[act].f1:.3f}" for other in beside),
        ]
        for act, one in scores.acts(of["reader"]).items()
    ]


def _row(lang: str, name: str, pairs: Told) -> list[str]:
    f1, low, high = scores.macro(pairs)
    recall, precision = scores.asking(pairs)
    sure_recall, sure_precision = scores.asking(pairs, scores.SURE)
    heard, kind = scores.emergencies(pairs)
    return [
        *(lang, name, str(len(pairs)), f"{f1:.3f} ({low:.3f}–{high:.3f})"),
        *map(str, (recall, precision, sure_recall, sure_precision, heard, kind)),
        scores.false_alarms(pairs).per_thousand(),
        scores.false_needs(pairs).per_thousand(),
        str(scores.categories(pairs)),
    ]


def _slots(lang: str, told: Told) -> list[str]:
    pairs = [pair for pair in told if pair[0].lang == lang]
    place = scores.slots(pairs, lambda one: any(one.place), scores.same_place)
    phone = scores.slots(pairs, lambda one: one.phone, scores.same_phone)
    when = scores.slots(pairs, lambda one: one.when, scores.same_when)
    named = (f"{share} of {share.all}" for share in (place, phone, when))
    return [lang, f"{scores.items(pairs).f1:.3f}", *named]


def speed(said: Sequence[Line]) -> Table:
    """How fast one core reads, how long loading takes, how large the data are."""
    begun = time.perf_counter()
    reader = Reader()
    loaded = time.perf_counter() - begun
    took = {"alone": list[float](), "in its talk": list[float]()}
    for one in said:
        start = time.perf_counter()
        reader.read(one.text, context=one.context)
        took["in its talk" if one.context else "alone"].append(time.perf_counter() - start)
    rows = []
    for name, times in took.items():
        times.sort()
        if times:
            half, most = times[len(times) // 2], times[len(times) * 99 // 100]
            rows.append([f"a message {name}, p50 / p99", f"{half * 1e6:.0f} / {most * 1e6:.0f} µs"])
    folder = Path(lexicon.__file__).parent
    words = sum(path.stat().st_size for path in folder.rglob("*.toml"))
    rows.append(["loading (lexicon, rules, model)", f"{loaded * 1e3:.0f} ms"])
    rows.append(["model", f"{FILE.stat().st_size / 1e6:.2f} MB" if FILE.exists() else "–"])
    rows.append(["lexicon and rules", f"{words / 1e6:.2f} MB"])
    return Table("Speed and size", ["", ""], rows)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--set", choices=("dev", "held_out"), default="dev")
    options.add_argument("--more", type=Path, help="a folder of chat_*.jsonl, addresses_zh.jsonl …")
    options.add_argument("--markdown", action="store_true")
    options.add_argument("--curve", action="store_true", help="the learning curve only")
    options.add_argument("--ablations", action="store_true", help="the ablations only")
    options.add_argument("--worst", action="store_true", help="the worst errors on dev voices too")
    asked = options.parse_args()
    said = lines(files(held_out=False))
    if asked.curve or asked.ablations:
        studied = [curve(said)] if asked.curve else []
        studied += [without(said)] if asked.ablations else []
        show(studied, Console(width=200), markdown=asked.markdown)
        return
    first = speed(said)
    told = crossed(said) if asked.set == "dev" else held_out()
    measured = [line for line, _ in told["reader"]]
    rules = Reader()
    rules.model = None
    told["rules alone"] = by_reader(measured, rules)
    told["no context"] = by_reader(measured, Reader(), talk=False) if asked.set != "dev" else []
    told["keywords"] = [(line, Keywords().read(line)) for line in measured]
    told = {name: pairs for name, pairs in told.items() if pairs}
    tables = [*figures(told), first]
    if asked.set == "dev":
        tables += [voices(told["reader"]), *([worst(told["reader"])] if asked.worst else [])]
    if asked.more:
        reader = Reader()
        tables += [chatter(asked.more, reader), pleas(asked.more, reader)]
        if (asked.more / "addresses_zh.jsonl").exists():
            tables.append(addresses(asked.more / "addresses_zh.jsonl", reader))
        if (asked.more / "disaster_en.jsonl").exists():
            tables.append(disasters(asked.more / "disaster_en.jsonl", reader))
    show(tables, Console(width=200), markdown=asked.markdown)


if __name__ == "__main__":
    main()
