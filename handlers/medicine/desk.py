"""Who may write in the books of which box, and what they write: their lists of things."""

from __future__ import annotations

from collections.abc import Collection

from handlers.kit import Context, Sorry
from handlers.medicine import lines
from handlers.medicine.lines import Line
from handlers.medicine.picking import name_of
from handlers.pharmacy import rules
from storage import boxes, people, places
from storage.boxes import Box, Stock

_MAY = frozenset({"keeper", "coordinator"})


def keeps(ctx: Context, box: Box) -> bool:
    """Whether the speaker answers for it: its keeper, or a keeper or coordinator there."""
    if box.keeper_id == ctx.who.id:
        return True
    return bool(_MAY & people.roles_at(ctx.tx, ctx.who.id, box.place_id))


def must_keep(ctx: Context, box: Box) -> None:
    """Sorry unless the speaker answers for this box."""
    if not keeps(ctx, box):
        raise Sorry("medicine.not_keeper")


def own_boxes(ctx: Context) -> list[Box]:
    """The boxes the speaker answers for: their own first, then the nearest to where they speak."""
    here = ctx.place.id if ctx.place else ctx.who.place_id
    found = [box for box in boxes.every(ctx.tx) if keeps(ctx, box)]
    mine = ctx.who.id

    def order(box: Box) -> tuple[bool, int, int]:
        return box.keeper_id != mine, places.distance(ctx.tx, here, box.place_id), box.id

    return sorted(found, key=order)


def own_box(ctx: Context) -> Box:
    """The box a keeper's sentence is about; Sorry if the speaker keeps none."""
    found = own_boxes(ctx)
    if not found:
        raise Sorry("medicine.not_keeper")
    return found[0]


def mid(ctx: Context) -> str | None:
    """The message whose words are entered in the books."""
    return f"{ctx.message.gateway}:{ctx.message.id}" if ctx.message else None


def listed(ctx: Context) -> list[Line]:
    """The things that are named; empty where the words are none of a keeper's."""
    return lines.parse(ctx.slots.get("text", ctx.text), ctx.now.date())


def counted(ctx: Context) -> list[Line]:
    """The things of a keeper's list. Sorry where an amount is none."""
    found = listed(ctx)
    if any(lines.is_odd(line) for line in found):
        raise Sorry("medicine.odd_amount")
    return found


def is_list(ctx: Context) -> bool:
    """A keeper's list has amounts; `盘点今年的电影` is chatter."""
    said = listed(ctx)
    found = [one for one in said if one.quantity is not None or one.expiry or lines.is_odd(one)]
    return any(rules.known(line.text) for line in found) or bool(found and own_boxes(ctx))


def are_names(found: Collection[Line]) -> bool:
    """Whether every line names something of the table, and says nothing besides."""
    named = [(line, rules.known(line.text)) for line in found]
    return bool(named) and all(one and one.word == line.text for line, one in named)


def unit(line: Line) -> str:
    if line.unit is None and rules.is_goods(line.text):
        return "个"
    return rules.unit_of(line.unit)


def lots(
    ctx: Context, box: Box, name: str, text: str, unit: str, *, empty: bool = False
) -> list[Stock]:
    """The lots a line speaks of: of this name and form, and counted in its unit."""
    form = "child" if rules.is_child_form(text) else "adult"
    of_name = [lot for lot in boxes.stock(ctx.tx, box.id, empty=empty) if name_of(lot) == name]
    if not rules.is_goods(text):
        of_name = [lot for lot in of_name if lot.form == form]
    return [lot for lot in of_name if rules.unit_of(lot.unit) == unit or rules.is_goods(text)]
