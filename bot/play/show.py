"""Prints a talk as it went: for people, or one JSON object a line."""

from __future__ import annotations

import json
from typing import TextIO

from rich.console import Console
from rich.text import Text

from bot.play.lines import Line
from bot.play.looks import Checked
from bot.play.player import Outcome, Played
from bot.play.steps import Deed, Newcomer, Talk
from bot.play.waits import Wait

_INVISIBLE = {
    letter: f"\\u{letter:04x}"
    for letter in (*range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF)
}
_LONGEST = 500


def as_json(played: Played, out: TextIO) -> None:
    """Every line said or sent, in order, and every look; one object a line."""
    for outcome in played.outcomes:
        out.writelines(
            json.dumps(line.as_json(), ensure_ascii=False) + "\n"
            for line in (*outcome.said, *outcome.sent)
        )
        for seen in outcome.seen:
            for one in seen.found:
                shown = {"kind": "look", "text": one.name, "value": one.value}
                out.write(json.dumps(shown, ensure_ascii=False) + "\n")


def talk(played: Played, out: TextIO, *, judged: bool) -> None:
    """The talk with the time wherever it changes; ``judged`` marks what differs from the file."""
    console = Console(file=out, highlight=False, soft_wrap=True)
    clock = ""
    for outcome in played.outcomes:
        _stage(console, played, outcome)
        for line in (*outcome.said, *outcome.sent):
            now = f"{line.at:%A %Y-%m-%d %H:%M}" if not line.remark.startswith("said") else clock
            if now != clock:
                console.print(Text(f"── {now} ──", "dim"))
                clock = now
            _line(console, line)
        if isinstance(outcome.turn.doing, Talk) and outcome.turn.doing.death:
            console.print(Text(played.script.lines[outcome.turn.at.last - 1].strip(), "dim italic"))
        for seen in outcome.seen:
            for one in seen.found:
                _look(console, one)
        if judged and outcome.misses.lines:
            differences(played, outcome, console)


def differences(played: Played, outcome: Outcome, console: Console) -> None:
    """What was expected (-) and what was said instead (+), with the line of the file."""
    console.print(
        Text(f"{played.script.where(outcome.turn.at)}: the bot spoke otherwise:", "bold red")
    )
    for line in outcome.misses.lines:
        console.print(Text(f"    {line}", "red" if line.startswith("-") else "yellow"))


def verdict(played: Played, out: TextIO) -> None:
    """Everything that differs, and how many turns were right."""
    console = Console(file=out, highlight=False, soft_wrap=True)
    for outcome in played.wrong:
        if outcome.misses.lines:
            differences(played, outcome, console)
        for seen in outcome.seen:
            for one in seen.found:
                if not one.is_right:
                    where = played.script.where(seen.look.at)
                    console.print(
                        Text(
                            f"{where}: {one.name} {one.op} {one.wanted}, but it is {_value(one)}",
                            "red",
                        )
                    )
    name, wrong = played.script.path, len(played.wrong)
    if wrong:
        console.print(Text(f"{name}: {wrong} of {len(played.outcomes)} turns differ", "bold red"))
    else:
        console.print(Text(f"{name}: as written, {len(played.outcomes)} turns", "green"))


def _stage(console: Console, played: Played, outcome: Outcome) -> None:
    """What happens, as it is written in the file."""
    if isinstance(outcome.turn.doing, Wait | Deed | Newcomer):
        written = played.script.lines[outcome.turn.at.first - 1].strip()
        console.print(Text(written, "dim italic"))


def _line(console: Console, line: Line) -> None:
    name = Text(line.sender or "bot", "bold cyan" if line.sender is None else "bold")
    where = f" → {line.to}" if line.private else f" ({line.conversation})"
    names = "".join(f" @{one}" for one in line.mentions) if line.sender is None else ""
    marks = f" [{line.photos} photo{'s' if line.photos > 1 else ''}]" if line.photos else ""
    remark = f" [{line.remark}]" if line.remark else ""
    text = line.text.translate(_INVISIBLE)
    if len(text) > _LONGEST:
        text = f"{text[:_LONGEST]}… ({len(line.text)} characters)"
    style = "magenta" if line.private else ""
    console.print(
        Text.assemble(
            name, (f"{where}{names}{marks}{remark}: ", "dim"), (text.replace("\n", "\n    "), style)
        )
    )


def _look(console: Console, one: Checked) -> None:
    if not one.op:
        console.print(Text(f"  ? {one.name}: {_value(one)}", "blue"))
        return
    mark, style = ("✓", "green") if one.is_right else ("✗", "bold red")
    but = "" if one.is_right else f", but it is {_value(one)}"
    console.print(Text(f"  {mark} {one.name} {one.op} {one.wanted}{but}", style))


def _value(one: Checked) -> str:
    if isinstance(one.value, list):
        return ", ".join(one.value) or "none"
    return "none" if one.value in (None, "") else str(one.value)
