"""Accepts what the bot said: writes it into the transcript as what is expected from now on."""

from __future__ import annotations

import re

from bot.play.lines import Line
from bot.play.player import Outcome, Played


def rewritten(played: Played) -> str:
    """The text of the file with the expectations of every turn that differs renewed.

    Lines that still fit stay as they were written; remarks stay where they are.
    """
    lines = list(played.script.lines)
    for outcome in reversed(played.outcomes):
        _looks(lines, outcome)
        if outcome.misses.lines:
            _turn(lines, outcome)
    return "\n".join(lines) + "\n"


def _turn(lines: list[str], outcome: Outcome) -> None:
    turn = outcome.turn
    fresh: list[str] = []
    for at, sent in enumerate(outcome.sent):
        if (met := outcome.misses.met.get(at)) is not None:
            fresh += lines[met.line.at.first - 1 : met.line.at.last]
        else:
            fresh += _written(sent, outcome)
    at = turn.expected[0].at.first - 1 if turn.expected else max(turn.at.last, 0)
    for expected in reversed(turn.expected):
        del lines[expected.at.first - 1 : expected.at.last]
    lines[at:at] = fresh


def _written(sent: Line, outcome: Outcome) -> list[str]:
    """A sent line as it stands in a transcript."""
    first, *more = _escaped(sent.text).split("\n")
    where = "" if sent.external == outcome.here else f" in {sent.conversation}"
    if sent.private:
        where = f" to {sent.to}"
    speakers = {line.sender for line in outcome.said}
    unusual = [name for name in sent.mentions if name not in speakers]
    names = "".join(f" @{name}" for name in unusual)
    photos = f" [{sent.photos} photos]" if sent.photos > 1 else " [photo]" if sent.photos else ""
    return [f"bot{where}{names}{photos}: {first}", *(f"    {line}" for line in more)]


def _escaped(text: str) -> str:
    text = "\n".join(line.strip() for line in text.replace("\\", "\\\\").split("\n"))
    text = re.sub(r"\n\n+", lambda empty: "\\n" * (len(empty[0]) - 1) + "\n", text)
    text = text.replace("...", "\\...")
    return "\\*" if text == "*" else text


def _looks(lines: list[str], outcome: Outcome) -> None:
    for seen in outcome.seen:
        for one in seen.found:
            if one.is_right or one.op != "=":
                continue
            value = ", ".join(one.value) if isinstance(one.value, list) else one.value
            at = seen.look.at.first - 1
            wanted = re.escape(one.wanted)
            now = "none" if value in (None, "") else str(value)
            lines[at] = re.sub(
                rf"([=＝]\s*){wanted}(?=\s*(?:[,，;；]|$))", rf"\g<1>{now}", lines[at], count=1
            )
