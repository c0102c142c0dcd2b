"""What somebody gives, as far as their words tell, and why the box may not take it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from handlers.kit import Context, Things
from handlers.medicine import lines
from handlers.pharmacy import rules
from handlers.reading import Item


@dataclass(frozen=True, slots=True)
class Gift:
    """One thing given, as far as it is known."""

    name: str
    text: str
    quantity: int
    unit: str
    form: str
    goods: bool
    expiry: str | None

    def as_item(self) -> dict[str, Any]:
        """As an item of a request, with what the box must know besides."""
        return {
            "text": self.text,
            "name": self.name,
            "quantity": self.quantity,
            "unit": self.unit,
            "form": self.form,
            "goods": self.goods,
            "expiry": self.expiry,
        }


def is_donation(ctx: Context) -> bool:
    """Whether an offer is something for the medicine box: not a loan, and not a service."""
    if rules.has("lend", ctx.text):
        return False
    named = [rules.known(item.text, item.name) for item in ctx.reading.items]
    return any(named) or (ctx.reading.category == "medicine" and bool(ctx.reading.items))


def given(items: Iterable[Item]) -> list[Item]:
    """The things of the table, where there are any; a doctor named beside them is no gift."""
    named = [item for item in items if rules.is_named(item.text) or rules.is_named(item.name)]
    return named or list(items)


def gift_of(item: Item, ctx: Context, today: date) -> Gift:
    found = rules.known(item.text, item.name)
    days = lines.days_in(ctx.text, today)
    after = [day for start, _, day in days if start > ctx.text.find(item.text)]
    expiry = after[0] if after else (days[0][2] if days else None)
    around = ctx.text if len(ctx.reading.items) == 1 else item.text
    return Gift(
        name=found.rule.name if found else item.name,
        text=item.text,
        quantity=max(1, round(item.quantity or 1)),
        unit=rules.unit_of(item.unit),
        form="child" if (found and found.child) or rules.is_child_form(around) else "adult",
        goods=rules.is_goods(item.text, item.name),
        expiry=expiry.isoformat() if expiry else None,
    )


def barred(text: str, gifts: list[Gift]) -> str | None:
    """Why the box may not take these, if it may not."""
    kinds = {name.rule.kind for name in rules.names_in(text)}
    kinds |= {found.rule.kind for one in gifts if (found := rules.known(one.text, one.name))}
    unknown = (one for one in gifts if not one.goods and rules.known(one.text, one.name) is None)
    reasons = {
        "controlled": "controlled" in kinds,
        **dict.fromkeys(rules.barred(text), True),
        "prescription": "prescription" in kinds,
        "price": rules.has("price", text),
        "opened": rules.is_opened(text) and not all(one.goods for one in gifts),
        "unknown": any(one.name not in rules.CLASSES and one.name != "药" for one in unknown),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def named(gifts: list[Gift]) -> Things:
    return Things(tuple({"text": one.text, "name": one.name} for one in gifts))
