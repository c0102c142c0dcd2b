"""What may come into a box: refused with a reason, each rule by a name that the words explain."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from handlers.kit import Context, Sorry, Things
from handlers.medicine.caution import NEVER
from handlers.medicine.lines import Line
from handlers.pharmacy import rules
from handlers.policy import Policy
from storage import entries
from storage.db import Transaction

LAST_DAYS = 28
"""A month at least this long counts for the months that must be left."""


def too_old(expiries: Iterable[str | None], today: date, policy: Policy) -> str | None:
    """``expired``, ``short`` where too few months are left, or None."""
    months = today.month - 1 + policy.medicine.min_months_left
    until = date(today.year + months // 12, months % 12 + 1, min(today.day, LAST_DAYS))
    days = [date.fromisoformat(day) for day in expiries if day]
    if any(day < today for day in days):
        return "expired"
    return "short" if any(day < until for day in days) else None


def barred(text: str) -> str | None:
    """``controlled``, ``prescription``, ``refrigerated`` or ``injected``, where a thing is that."""
    found = rules.known(text)
    kinds = {found.rule.kind} & NEVER if found else set()
    reasons = [*({"controlled"} & kinds), *rules.barred(text), *({"prescription"} & kinds)]
    return reasons[0] if reasons else None


def recalled(tx: Transaction, name: str, batch: str | None) -> str | None:
    """``recalled`` where this batch was; ``needs_batch`` where another of the same thing was."""
    batches = {lot.batch for lot in entries.recalled(tx) if rules.canonical(lot.item) == name}
    if not batches:
        return None
    if batch is None:
        return "needs_batch"
    return "recalled" if batch in {(one or "").upper() for one in batches} else None


def refuse_bad(ctx: Context, line: Line, today: date, policy: Policy) -> None:
    """Sorry where a keeper's line may not go into a box, or lacks its date or batch."""
    what = Things(({"name": line.name, "text": line.text},))
    months = policy.medicine.min_months_left
    if (why := barred(line.text)) is not None:
        raise Sorry(f"medicine.refuse_{why}", what=what)
    if not rules.is_goods(line.text):
        if line.expiry is None:
            raise Sorry("medicine.stock_needs_expiry", what=what)
        if (old := too_old([line.expiry.isoformat()], today, policy)) is not None:
            raise Sorry(f"medicine.refuse_{old}", what=what, months=months)
    if (why := recalled(ctx.tx, line.name, line.batch)) is not None:
        raise Sorry(f"medicine.stock_{why}", what=what)
