"""Who visits whom: each visitor's own building first, and nobody much more than another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence

Distance = Callable[[int | None, int], int]


def share(
    homes: Sequence[tuple[int, int]],
    visitors: Mapping[int, int | None],
    distance: Distance,
    not_for: Mapping[int, Collection[int]] | None = None,
) -> dict[int, int]:
    """Visit id → visitor. ``homes``: ``(visit id, place id)``; ``visitors``: id → where they live.

    ``not_for``: visit id → those who may not have it; a visit that nobody may have is left out.
    """
    barred = not_for or {}
    at_home = Counter(place for _, place in homes)
    # What does not go up goes to those in whose own building most is to do.
    busiest_first = sorted(visitors, key=lambda one: -at_home[visitors[one] or 0])
    room = _room(len(homes), busiest_first)
    given: dict[int, int] = {}
    nearest_first = sorted(
        homes, key=lambda one: min((distance(at, one[1]) for at in visitors.values()), default=0)
    )
    for visit, place in nearest_first:
        could = [one for one in visitors if one not in barred.get(visit, ())]
        # Where a bar leaves nobody with room, somebody who may have it gets one more.
        with_room = [one for one in could if room[one] > 0] or could
        if not with_room:
            continue
        best = min(with_room, key=lambda one: (distance(visitors[one], place), -room[one]))
        given[visit] = best
        room[best] -= 1
    return given


def _room(count: int, visitors: Sequence[int]) -> dict[int, int]:
    """How many each takes: all the same, the first of them one more where it does not go up."""
    each, rest = divmod(count, len(visitors)) if visitors else (0, 0)
    return {one: each + (at < rest) for at, one in enumerate(visitors)}
