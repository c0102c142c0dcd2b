"""Brings the rows of an import into the database: all of them or none, and none twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeAlias

from bot.exchange import care, residents
from bot.exchange.sources import BadImport, Bundle, Raw
from bot.exchange.work import Work
from storage import places
from storage.db import Transaction

Counts: TypeAlias = dict[str, tuple[int, int]]
"""Section → how many rows are new, how many were known and renewed."""
_Step: TypeAlias = Callable[[Work, Raw, Any], None]

_SECTIONS: dict[str, tuple[_Step, _Step]] = {
    "places": (residents.check_place, residents.write_place),
    "people": (residents.check_person, residents.write_person),
    "skills": (residents.check_skill, residents.write_skill),
    "boxes": (care.check_box, care.write_box),
    "stock": (care.check_lot, care.write_lot),
    "duty": (care.check_shift, care.write_shift),
    "checkins": (care.check_greeting, care.write_greeting),
}
"""Section → how a row is checked and written, in an order in which all references exist."""


def bring_in(
    tx: Transaction,
    bundle: Bundle,
    now: datetime,
    *,
    zone: str = "Asia/Shanghai",
    country: str = "",
    step: Callable[[], object] = lambda: None,
) -> Counts:
    """Write every row, or raise BadImport with all that is wrong; ``step`` is called a row.

    Rows are known again by their ``key``; fields that a row does not give keep what is stored.
    ``zone`` is for new places that name none, ``country`` for rosters that name no holidays.
    """
    work = Work(tx, bundle, now, zone, country)
    # A place after its parent: the larger kinds first.
    bundle.rows.get("places", []).sort(key=lambda one: -places.KINDS.index(one[1].kind))
    for section, (check, _) in _SECTIONS.items():
        for raw, row in bundle.rows.get(section, ()):
            check(work, raw, row)
    _refuse_if_wrong(bundle)
    for section, (_, write) in _SECTIONS.items():
        for raw, row in bundle.rows.get(section, ()):
            write(work, raw, row)
            step()
    _refuse_if_wrong(bundle)
    return {name: (work.new[name], work.known[name]) for name in _SECTIONS if name in bundle.rows}


def _refuse_if_wrong(bundle: Bundle) -> None:
    if bundle.problems:
        raise BadImport(bundle.problems)
