"""``cards``: what is printed and hung up."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot import neighbours, words
from bot.cards import as_pdf, gather
from bot.cli.console import ConfigFile, out, settings_of
from bot.cli.data import existing
from storage.db import disposing, open_reader


def cards(
    file: Annotated[Path, typer.Argument(help="The PDF to write.")] = Path("cards.pdf"),
    config: ConfigFile = None,
    place: Annotated[
        str | None,
        typer.Option(
            "--place", help="The key of a place: its households only.", show_default=False
        ),
    ] = None,
    font: Annotated[
        Path | None,
        typer.Option(
            "--font",
            help="A .ttf with Chinese letters to embed; else the reader's own is used.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Print a contact card for every household: care team, numbers, and a QR code to keep them.

    Eight to a sheet of A4, in the household's language. The same is a page of the running bot:
    /cards and /cards.pdf.

    \\b
    Examples:
      linbang cards
      linbang cards --place b3 b3.pdf
    """
    settings = settings_of(config)
    database = existing(settings)
    with (
        disposing(open_reader(f"sqlite:///{database}")) as reader,
        neighbours.reading(reader) as tx,
    ):
        found = gather(tx, words.Words(words.load()), settings.everywhere, place)
    file.write_bytes(as_pdf(found, font))
    out().print(f"{len(found)} cards → {file}", markup=False)
