"""``guides import``, ``guides export`` and ``guides ask``: the clinic's questions and answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot import guides as files
from bot import neighbours, store
from bot.cli.console import WRONG, ConfigFile, complain, err, out, settings_of
from bot.cli.data import existing
from bot.clock import SystemClock
from bot.only_one import only_one
from handlers.guides import ranking
from storage import guides, places
from storage.db import Transaction, disposing, open_database, open_reader, transaction

commands = typer.Typer(
    no_args_is_help=True,
    help="""The clinic's questions and answers: bring in, write out, try.

\b
Examples:
  linbang guides import answers.xlsx
  linbang guides export answers.xlsx
  linbang guides ask 打完疫苗能洗澡吗""",
)
At = Annotated[
    str | None,
    typer.Option("--place", help="The key of a place; everywhere without it.", show_default=False),
]


def import_(
    file: Annotated[Path, typer.Argument(help="A .xlsx, .csv or .md file.")],
    config: ConfigFile = None,
    place: At = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Look for mistakes, and write nothing.")
    ] = False,
) -> None:
    """Bring in questions and answers; those with an id that is there already are replaced.

    A wrong row is refused with its line and reason, and then nothing at all is written. So is an
    answer that states a dose. Stop the bot first. The format is explained in docs/guides.md.

    \b
    Examples:
      linbang guides import answers.xlsx
      linbang guides import --place xingfuli winter.md
    """
    settings = settings_of(config)
    rows = files.read(file)
    with only_one(settings.database.path):
        store.update(settings, SystemClock().now())
        with (
            disposing(open_database(store.url_of(settings))) as database,
            transaction(database) as tx,
        ):
            new, known = files.bring_in(tx, rows, place)
            if dry_run:
                tx.connection.get_transaction().rollback()  # type: ignore[union-attr]
    out().print(f"{new} new, {known} replaced")
    out().print("Nothing was written (--dry-run)." if dry_run else "Imported.")


def export(
    file: Annotated[Path, typer.Argument(help="A .xlsx, .csv or .md file to write.")],
    config: ConfigFile = None,
    place: At = None,
) -> None:
    """Write the questions and answers out, as they can be brought in again.

    The bot may be running.

    \b
    Examples:
      linbang guides export answers.xlsx
      linbang guides export --place xingfuli answers.md
    """
    database = existing(settings_of(config))
    with (
        disposing(open_reader(f"sqlite:///{database}")) as reader,
        neighbours.reading(reader) as tx,
    ):
        at = _place(tx, place)
        found = [one for one in guides.every(tx) if one.place_id == at]
        files.write(found, file)
    err().print(f"{len(found)} answers → {file}", markup=False)


def ask(
    question: Annotated[str, typer.Argument(help="As a neighbour would put it.")],
    config: ConfigFile = None,
    place: At = None,
) -> None:
    """Try a question: the answer that would be given, and how sure it is. Leaves with 1 if none.

    \b
    Examples:
      linbang guides ask "打完疫苗能洗澡吗"
    """
    settings = settings_of(config)
    database, today = existing(settings), SystemClock().now().date()
    with (
        disposing(open_reader(f"sqlite:///{database}")) as reader,
        neighbours.reading(reader) as tx,
    ):
        found = ranking.search(tx, question, _place(tx, place), today, 0.0)
    sure = settings.policy.guides.sure
    if found is None or found.likeness < sure:
        near = f"; nearest is {found.answer.key} ({found.likeness:.2f})" if found else ""
        complain(f"no answer is as sure as {sure}{near}")
        raise typer.Exit(WRONG)
    one = found.answer
    out().print(
        f"{one.key} ({found.likeness:.2f}): {one.question or one.question_en}", markup=False
    )
    out().print(one.answer or one.answer_en, markup=False)


def _place(tx: Transaction, key: str | None) -> int | None:
    if key is None:
        return None
    found = places.by_key(tx, key)
    if found is None:
        raise typer.BadParameter(f"there is no place {key}", param_hint="--place")
    return found.id
