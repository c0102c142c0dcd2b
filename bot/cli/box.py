"""``box list``, ``box import`` and ``box export``: what lies in a medicine box, as a table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.table import Table

from bot import neighbours, store
from bot.cli.console import ConfigFile, err, out, settings_of
from bot.cli.data import existing
from bot.clock import SystemClock
from bot.config import Settings
from bot.exchange import BadImport, shelf, shelf_table
from bot.only_one import only_one
from storage import boxes, people, places
from storage.boxes import Box
from storage.db import Transaction, disposing, open_database, open_reader, transaction

BoxKey = Annotated[
    str | None,
    typer.Option("--box", "-b", help="The box, by its key; `linbang box list` shows them."),
]


def list_(config: ConfigFile = None) -> None:
    """The boxes there are: key, name, place, keeper, how many lots.

    \b
    Examples:
      linbang box list
    """
    table = Table("key", "name", "place", "keeper", "lots", box=None)
    with _reading(settings_of(config)) as tx:
        for box in boxes.every(tx):
            place = places.get(tx, box.place_id)
            keeper = people.get(tx, box.keeper_id).name if box.keeper_id else ""
            lots = str(len(boxes.stock(tx, box.id)))
            table.add_row(box.key, box.name, place.name if place else "", keeper, lots)
    out().print(table)


def import_(
    file: Annotated[Path, typer.Argument(help="A .csv or .xlsx table.")],
    box: BoxKey = None,
    config: ConfigFile = None,
    by: Annotated[
        str | None,
        typer.Option("--by", help="Who counted, by their key; the box's keeper if left out."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Look for mistakes, and write nothing.")
    ] = False,
) -> None:
    """Make the books of one box follow a table: new lots come in, other amounts are corrected.

    What the gate of the box would refuse is refused here, by line and reason, and then nothing at
    all is written. Lots that the table does not name stay as they are. Stop the bot first. The
    columns are explained in docs/medicine.md.

    \b
    Examples:
      linbang box import stock.xlsx --box box3
      linbang box import stock.csv --dry-run
    """
    settings = settings_of(config)
    bundle = shelf_table.read(file)
    now = SystemClock().now()
    with only_one(settings.database.path):
        store.update(settings, now)
        url = store.url_of(settings)
        with disposing(open_database(url)) as database, transaction(database) as tx:
            wanted = _box(tx, box)
            person_id = wanted.keeper_id if by is None else _person(tx, by)
            tally = shelf.put_in(tx, wanted, bundle, now, person_id=person_id)
            if dry_run:
                tx.connection.get_transaction().rollback()  # type: ignore[union-attr]
    counts = f"{tally.new} new, {tally.corrected} corrected, {tally.agreed} as in the books"
    out().print(f"{wanted.name}: {counts}", markup=False)
    out().print("Nothing was written (--dry-run)." if dry_run else "Imported.")


def export(
    file: Annotated[Path, typer.Argument(help="A .csv or .xlsx table.")],
    box: BoxKey = None,
    config: ConfigFile = None,
    lang: Annotated[
        Literal["zh", "en"], typer.Option("--lang", help="The language of the headings.")
    ] = "zh",
) -> None:
    """Write what lies in one box as a table. The bot may be running.

    \b
    Examples:
      linbang box export stock.xlsx --box box3
      linbang box export stock.csv --lang en
    """
    with _reading(settings_of(config)) as tx:
        rows = shelf.rows_of(tx, _box(tx, box), lang=lang)
    shelf_table.write(rows, file)
    err().print(f"{len(rows)} lots → {file}", markup=False)


@contextmanager
def _reading(settings: Settings) -> Iterator[Transaction]:
    database = existing(settings)
    with (
        disposing(open_reader(f"sqlite:///{database}")) as reader,
        neighbours.reading(reader) as tx,
    ):
        yield tx


def _box(tx: Transaction, key: str | None) -> Box:
    """The box of this key, or the only one there is."""
    every = boxes.every(tx)
    found = every if key is None else [box for box in every if box.key == key]
    if len(found) != 1:
        known = ", ".join(box.key for box in every) or "none"
        wrong = f"there is no box {key}" if key else "which box? name it with --box"
        raise BadImport([f"{wrong}; there are: {known}"])
    return found[0]


def _person(tx: Transaction, key: str) -> int:
    found = people.by_key(tx, key)
    if found is None:
        raise BadImport([f"--by: there is nobody with the key {key}"])
    return found.id


commands = typer.Typer(
    no_args_is_help=True,
    help="""The medicine boxes: what lies in them, in and out as CSV or Excel.

\b
Examples:
  linbang box list
  linbang box export stock.xlsx --box box3
  linbang box import stock.xlsx --box box3""",
)
