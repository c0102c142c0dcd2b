"""Which way of asking helps most and bothers least: invented people on the real engine.

``python -m bench.district`` compares asking in waves, telling everybody at once, calling in the
groups, and an assignment that knows the future, and writes the plots; ``--quick`` only tries it.
Needs the group ``district`` (``uv sync --group district``).
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from rich.console import Console
from rich.table import Table

from bench.foresight import foresee
from bench.neighbourhood import District
from bench.running import ZONE, Outcome, run
from handlers.matching import Matching
from handlers.policy import Policy, Unclaimed, UnclaimedNormal, UnclaimedUrgent

BEGINS = datetime(2027, 3, 1, tzinfo=ZONE)
"""A Monday."""
ALL = 100_000
"""More than there are."""
IMAGES = Path("docs/images")
WAVES, EVERYBODY, GROUPS, LIMIT = (
    "waves",
    "everybody at once",
    "first come, in the groups",
    "knowing the future",
)


def policies() -> dict[str, Policy]:
    """Each way of asking, as settings of the same bot."""
    now = timedelta()
    everybody = Matching(building=ALL, grid=0, community=0, most_a_day=ALL)
    nobody = Matching(building=0, grid=0, community=0)
    at_once = Unclaimed(normal=UnclaimedNormal(wider=now), urgent=UnclaimedUrgent(wider=now))
    return {
        WAVES: Policy(),
        EVERYBODY: Policy(matching=(everybody,)),
        GROUPS: Policy(matching=(nobody,), unclaimed=at_once),
    }


def measure(district: District, console: Console) -> list[Outcome]:
    """Every policy in turn, and the limit."""
    found = []
    for name, policy in policies().items():
        began = perf_counter()
        found.append(asyncio.run(run(district, name, policy)))
        console.print(f"{name}: lived through in {perf_counter() - began:,.0f} s")
    return [*found, replace(foresee(district, Policy()), name=LIMIT)]


def gini(counts: Sequence[float]) -> float:
    """How unevenly something is shared: 0 all alike, 1 one has everything."""
    total, size = sum(counts), len(counts)
    if not total:
        return 0.0
    ranked = sum(rank * value for rank, value in enumerate(sorted(counts), 1))
    return 2 * ranked / (size * total) - (size + 1) / size


def messages(one: Outcome, people: int) -> float:
    """Messages by which helpers were looked for, a need; one in a group reaches all its people."""
    asked = sum(one.told.asked.values()) + one.told.in_groups * people
    return asked / max(1, one.needs)


def share(one: Outcome) -> float:
    """Of the promises that fell due, the part that was kept in time."""
    return one.kept / one.promised if one.promised else 1.0


def table(district: District, outcomes: Iterable[Outcome]) -> Table:
    """What the way of asking did for those who ask, and to those who are asked."""
    made = Table(
        "way of asking",
        "taken, min: median, 90 of 100",
        "done, min: median",
        "never taken",
        "promises kept",
        "personal askings a need",
        "all messages a need",
        "most asked, a day",
        "Gini of askings",
        "Gini of tasks",
        "offers in vain a need",
    )
    for one in outcomes:
        made.add_row(one.name, *_figures(district, one))
    return made


def _figures(district: District, one: Outcome) -> list[str]:
    volunteers = [each.account for each in district.volunteers]
    asked = [one.told.asked[each] for each in volunteers]
    needs = max(1, one.needs)
    return [
        f"{_minutes(one.to_claim, 0.5)}, {_minutes(one.to_claim, 0.9)}",
        _minutes(one.to_done, 0.5),
        f"{100 * (needs - len(one.to_claim)) / needs:.1f} %",
        f"{100 * share(one):.1f} %",
        f"{sum(asked) / needs:.1f}",
        f"{messages(one, district.people):.1f}",
        f"{max(asked) / district.days:.1f}",
        f"{gini(asked):.2f}" if any(asked) else "–",
        f"{gini([one.tasks[each] for each in volunteers]):.2f}",
        f"{one.told.in_vain / needs:.1f}",
    ]


def _minutes(seconds: Sequence[float], part: float) -> str:
    if not seconds:
        return "–"
    at = (
        median(seconds) if part == 0.5 else seconds[min(len(seconds) - 1, int(len(seconds) * part))]
    )
    return f"{at / 60:.1f}"


def by_promise(outcomes: Iterable[Outcome]) -> Table:
    """The share kept of each promise."""
    kinds = ("claimed", "done", "on_site", "small_fix")
    made = Table("promises kept", *kinds)
    for one in outcomes:
        cells = []
        for kind in kinds:
            kept, all_ = one.by_kind.get(kind, (0, 0))
            cells.append(f"{100 * kept / all_:.1f} % of {all_}" if all_ else "–")
        made.add_row(one.name, *cells)
    return made


def verdict(outcomes: Sequence[Outcome], people: int) -> str:
    """What the policy has to hold: 90 % of the promises with a tenth of the messages."""
    named = {one.name: one for one in outcomes}
    waves, everybody = named[WAVES], named[EVERYBODY]
    kept = share(waves) / share(everybody) if share(everybody) else 1.0
    asked = messages(waves, people) / max(0.01, messages(everybody, people))
    held = "holds" if kept >= 0.9 and asked <= 0.1 else "DOES NOT HOLD"
    return (
        f"Asking in waves keeps {100 * kept:.1f} % of the promises that telling everybody keeps, "
        f"with {100 * asked:.1f} % of the messages (at least 90 %, at most 10 %): {held}."
    )


def plot(outcomes: Sequence[Outcome], district: District, folder: Path) -> None:
    """How soon needs are taken, and how often volunteers are asked, as drawings."""
    import matplotlib as mpl  # noqa: PLC0415  only where it is drawn

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "district"
    from matplotlib import pyplot  # noqa: PLC0415

    folder.mkdir(parents=True, exist_ok=True)
    plain = {"Date": None, "Creator": None}
    figure, axes = pyplot.subplots(figsize=(7, 4), layout="constrained")
    for one in outcomes:
        minutes = [seconds / 60 for seconds in one.to_claim]
        parts = [100 * (at + 1) / max(1, one.needs) for at in range(len(minutes))]
        axes.step(minutes, parts, where="post", label=one.name)
    axes.set(xlim=(0, 60), ylim=(0, 100), xlabel="minutes after asking", ylabel="% of needs taken")
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right", frameon=False)
    figure.savefig(folder / "district-taken.svg", metadata=plain)
    figure, axes = pyplot.subplots(figsize=(7, 4), layout="constrained")
    names = [f"{one.name}\n{100 * share(one):.0f} % kept" for one in outcomes]
    axes.bar(names, [messages(one, district.people) for one in outcomes], color="#4c78a8")
    axes.set(yscale="log", ylabel="messages a need to find a helper")
    axes.grid(alpha=0.3, axis="y")
    figure.savefig(folder / "district-messages.svg", metadata=plain)
    figure, axes = pyplot.subplots(figsize=(7, 4), layout="constrained")
    for one in outcomes:
        counts = sorted((one.tasks[each.account] for each in district.volunteers), reverse=True)
        total, at, heights = max(1, sum(counts)), 0, []
        for value in counts:
            at += value
            heights.append(100 * at / total)
        widths = [100 * (rank + 1) / len(counts) for rank in range(len(counts))]
        axes.plot(widths, heights, label=one.name)
    axes.set(xlim=(0, 100), ylim=(0, 100), xlabel="% of volunteers, busiest first")
    axes.set(ylabel="% of tasks they did")
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right", frameon=False)
    figure.savefig(folder / "district-fairness.svg", metadata=plain)
    pyplot.close("all")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.district", description=__doc__)
    parser.add_argument("--buildings", type=int, default=100, help="how many (100)")
    parser.add_argument("--people", type=int, default=200, help="in each (200)")
    parser.add_argument("--days", type=int, default=2, help="of simulated time (2)")
    parser.add_argument("--needs", type=float, default=1.0, help="a building and day (1)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="a small one, without plots")
    parser.add_argument("--images", type=Path, default=IMAGES, help="where the plots go")
    asked = parser.parse_args(arguments)
    if asked.quick:
        asked.buildings, asked.people, asked.days, asked.needs = 6, 60, 1, 1.0
    district = District(asked.buildings, asked.people, asked.days, asked.needs, asked.seed, BEGINS)
    console = Console()
    console.print(
        f"{asked.buildings:,} buildings × {asked.people} people, {len(district.volunteers):,} "
        f"volunteers, {len(district.needs):,} needs in {asked.days} days, seed {asked.seed}"
    )
    outcomes = measure(district, console)
    console.print(table(district, outcomes))
    console.print(by_promise(outcomes))
    console.print(verdict(outcomes, district.people))
    if not asked.quick:
        plot(outcomes, district, asked.images)


if __name__ == "__main__":
    main()
