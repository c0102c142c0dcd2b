"""Measures the engine on this machine: `make bench`, or `python -m bench --quick` to try it."""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import dataclass
from statistics import median

from rich.console import Console
from rich.table import Table

from bench import bare, wechat
from bench.engine import (
    Town,
    chatter_rate,
    plea_rate,
    reading_times,
    spread,
    waits_alone,
    waits_at,
)
from bench.messages import Talk
from bench.world import DayClock, open_new, scratch, settle

A_SECOND = 200


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything: messages a round, buildings (enough that nobody is asked too often in
    a day), rounds."""

    rounds: int = 5
    chatter: int = 6000
    pleas: int = 2000
    buildings: int = 600
    paced: int = 2000
    alone: int = 300
    read: int = 4000
    streets: tuple[int, int, int] = (220, 1000, 500)
    """WeChat's road: buildings, pleas at once, pleas at a steady pace."""


QUICK = Size(1, 100, 40, 60, 40, 10, 50, (2, 10, 5))


async def rates(size: Size, console: Console) -> Table:
    """Rounds of everything in turn, so that a busy minute of the machine hits all alike."""
    found: dict[str, list[float]] = {"bare": [], "chatter": [], "pleas": [], "waves": []}
    for seed in range(1, size.rounds + 1):
        found["bare"].append(await _bare(size, seed))
        found["chatter"].append(await chatter_rate(Town(40), size.chatter, seed))
        found["pleas"].append(await plea_rate(Town(size.buildings), size.pleas, seed, 2))
        shared = Town(size.buildings, volunteers=3, shares=True)
        found["waves"].append(await plea_rate(shared, size.pleas, seed, 4))
        told = ", ".join(f"{name} {values[-1]:,.0f}/s" for name, values in found.items())
        console.print(f"round {seed}: {told}")
    table = Table("messages a second", "median", "lowest to highest", "to the bare loop")
    for name, said in (
        ("bare", "bare loop, a durable row each"),
        ("chatter", "chatter, recorded"),
        ("pleas", "pleas, answer and one invitation marked sent"),
        ("waves", "pleas, answer and three invitations marked sent"),
    ):
        values = found[name]
        ratios = [one / other for one, other in zip(values, found["bare"], strict=True)]
        span = f"{min(values):,.0f} – {max(values):,.0f}"
        table.add_row(said, f"{median(values):,.0f}", span, f"{median(ratios):.2f}")
    return table


async def _bare(size: Size, seed: int) -> float:
    with scratch() as here:
        database = open_new(here / "town.db")
        world = settle(database, buildings=40, volunteers=0, residents=8, shares=False)
        database.dispose()
        talk, clock = Talk(world, seed), DayClock()
        return await bare.rate(here, [talk.chatter(clock.now()) for _ in range(size.chatter)])


async def waits(size: Size) -> Table:
    """How long until the answer is handed to the platform, or until chatter is recorded."""
    table = Table("milliseconds", "median", "99th percentile")
    town = Town(size.buildings)
    for name, make in (("plea to answer", Talk.plea), ("chatter to commit", Talk.chatter)):
        times = await waits_at(town, make, A_SECOND, size.paced, seed=1)
        _add(table, f"{name}, {A_SECOND} a second", times)
    for name, make in (("plea to answer", Talk.plea), ("chatter to commit", Talk.chatter)):
        _add(table, f"{name}, one at a time", await waits_alone(town, make, size.alone, seed=1))
    _add(table, "the reader, a message", reading_times(size.read, seed=1))
    return table


def _add(table: Table, name: str, times: list[float]) -> None:
    middle, late = spread(times)
    table.add_row(name, f"{middle:.2f}", f"{late:.2f}")


async def roads(size: Size) -> Table:
    """The whole bot behind WeChat's gateway, beside an echo bot that does nothing else."""
    title = f"{wechat.A_SECOND} a second, ms"
    table = Table("through a puppet service", "a second", "lowest to highest", title, "99th")
    found = await wechat.side_by_side(size.rounds, *size.streets)
    table.add_row("wechaty.Wechaty, an echo bot", *found["echo"].row())
    table.add_row("this bot, a plea to its answer", *found["linbang"].row())
    return table


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="only see that it runs")
    parser.add_argument("--rounds", type=int, default=5, help="of each measurement (5)")
    asked = parser.parse_args()
    size, console = QUICK if asked.quick else Size(rounds=asked.rounds), Console()
    console.print(asyncio.run(rates(size, console)))
    console.print(asyncio.run(waits(size)))
    console.print(asyncio.run(roads(size)))


if __name__ == "__main__":
    main()
