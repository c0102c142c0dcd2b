"""``说错了,是153``: the reading told last is put right, and whoever heard of it hears that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from handlers import showing
from handlers.checkins import readings
from handlers.kit import Context, Effect, Say, ToPerson, sentence
from handlers.vitals.measuring import Measured, again, kinds_in
from storage import people, vitals
from storage.vitals import Vital


def _meant(ctx: Context) -> tuple[Vital, Measured] | None:
    """The speaker's last reading that these words can put right, and what it should have been."""
    since = ctx.now - ctx.policy.readings.correct_within
    named = kinds_in(ctx.text)
    for row in vitals.last_said(ctx.tx, ctx.who.id, since):
        if named and row.kind not in named:
            continue
        right = again(readings.as_measured(row), ctx.slots["text"])
        if right is not None:
            return row, right
    return None


@sentence("wrong", fits=lambda ctx: _meant(ctx) is not None)
def wrong(ctx: Context) -> Iterator[Effect]:
    """The row keeps what it was; alarms follow the right value."""
    found = _meant(ctx)
    if found is None:
        return
    row, right = found
    before, elder = readings.as_measured(row), people.get(ctx.tx, row.person_id)
    beyond = not right.within(readings.limit_for(readings.limits_of(ctx, elder), right))
    vitals.correct(
        ctx.tx,
        row.id,
        value=right.value,
        value2=right.value2,
        noted=right.noted,
        was=before.number,
        told=row.told or beyond,
    )
    if beyond and not right.within(readings.danger_for(ctx, elder, right)):
        yield from readings.emergency(ctx, elder)
        return
    values: dict[str, Any] = {
        "name": showing.name_of(elder),
        "vital": right.spoken(),
        "was": before.number,
    }
    own = elder.id == ctx.who.id
    key = "readings.corrected" if own else "readings.corrected_for"
    yield Say(ToPerson(ctx.who.id), key, values, direct=True)
    if row.told:
        for person_id in readings.concerned(ctx, elder):
            yield ctx.tell(person_id, "readings.was_wrong", urgent=True, **values)
    elif beyond:
        yield from readings.tell_concerned(ctx, elder, "readings.beyond", [right], row.at)
