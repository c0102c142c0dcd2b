"""Who may write in the books of which box."""

from __future__ import annotations

from handlers.kit import Context, Sorry
from storage import boxes, people, places
from storage.boxes import Box

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
