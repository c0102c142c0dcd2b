"""Transcripts: a talk written down, played on the real bot (docs/transcripts.md)."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TextIO

from bot.config.tables import Logs
from bot.logs import set_up
from bot.play import show
from bot.play.player import Played, run
from bot.play.rewrite import rewritten
from bot.play.script import parse, parse_text
from bot.play.steps import BadScript

__all__ = ["BadScript", "Played", "parse", "parse_text", "play", "rewritten", "run"]


def play(
    path: Path,
    *,
    as_json: bool = False,
    check: bool = False,
    rewrite: bool = False,
    out: TextIO = sys.stdout,
) -> int:
    """Play a transcript and print it. 0: well; 1: ``check`` found differences; 2: not playable.

    ``as_json`` prints objects, ``rewrite`` renews the file's expectations. What is wrong with the
    file is told on standard error.
    """
    set_up(Logs(level="error"))
    try:
        played = asyncio.run(run(parse(path)))
    except BadScript as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    if rewrite:
        text = rewritten(played)
        if text != path.read_text("utf-8-sig"):
            path.write_text(text, "utf-8")
    if as_json:
        show.as_json(played, out)
    elif check:
        show.verdict(played, out)
    else:
        show.talk(played, out, judged=False)
    return 1 if check and not rewrite and played.wrong else 0
