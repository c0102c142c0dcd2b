"""Tables on the terminal or as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.console import Console
from rich.table import Table as Grid


class Table(NamedTuple):
    """A heading, names of columns and rows of cells."""

    title: str
    columns: list[str]
    rows: list[list[str]]


def show(tables: Sequence[Table], console: Console, *, markdown: bool) -> None:
    """Print tables."""
    for table in tables:
        if markdown:
            print(_markdown(table))
            continue
        grid = Grid(*table.columns, title=table.title)
        for row in table.rows:
            grid.add_row(*row)
        console.print(grid)


def _markdown(table: Table) -> str:
    lines = [f"### {table.title}", "", *map(_line, (table.columns, ["---"] * len(table.columns)))]
    return "\n".join([*lines, *map(_line, table.rows), ""])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
