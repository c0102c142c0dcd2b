"""``play`` and ``hear``: try the bot without any chat."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer


def play(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Transcripts (.chat).", exists=True)
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print every line said or sent as a JSON object.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Leave with 1 where the bot said something else.")
    ] = False,
    rewrite: Annotated[
        bool, typer.Option("--rewrite", help="Write what the bot says into the transcript.")
    ] = False,
) -> None:
    """Play a transcript on a paper clock and print what was said.

    Leaves with 2 for a transcript that cannot be played. The format is explained in
    docs/transcripts.md.

    \b
    Examples:
      linbang play tests/chats/milk.chat
      linbang play --json tests/chats/milk.chat
      linbang play --check tests/chats/*.chat
    """
    from bot import play as playing  # noqa: PLC0415  only this command needs it

    ends = [
        playing.play(file, as_json=as_json, check=check, rewrite=rewrite, out=sys.stdout)
        for file in files
    ]
    raise typer.Exit(max(ends))


def hear(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="One message a line; standard input without it.",
            exists=True,
            dir_okay=False,
            show_default=False,
        ),
    ] = None,
    _json: Annotated[
        bool, typer.Option("--json", help="JSON objects; there is no other form yet.")
    ] = True,
    lang: Annotated[
        Literal["zh", "en"] | None,
        typer.Option(help="The language of lines that say nothing else.", show_default=False),
    ] = None,
    at: Annotated[
        datetime | None,
        typer.Option(
            help="When the messages were said (ISO 8601); now without it.", show_default=False
        ),
    ] = None,
) -> None:
    """Read messages and print what the bot understands, one JSON object a line.

    Speed goes to the error stream at the end.

    \b
    Examples:
      echo 有没有退烧药,孩子39度 | linbang hear --json
      linbang hear --json --lang en messages.txt
    """
    from bot.understanding import hear as hearing  # noqa: PLC0415  only this command needs it

    if file is None:
        hearing.hear(sys.stdin, sys.stdout, sys.stderr, lang=lang, at=at)
        return
    with file.open(encoding="utf-8-sig") as lines:
        hearing.hear(lines, sys.stdout, sys.stderr, lang=lang, at=at)
