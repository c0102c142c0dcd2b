"""How a search ends: somebody saw them, or they spoke; everyone who was asked hears it once."""

from __future__ import annotations

from collections.abc import Iterator

from handlers import showing
from handlers.kit import Context, Effect, Never, Word
from handlers.lookins import sought
from storage import alerts, coverage, lookins, people, questions
from storage.lookins import LookIn


def silence(one: LookIn) -> Never:
    return Never(f"lookin:{one.id}:")


def close(
    ctx: Context, one: LookIn, outcome: str, *, by: int | None, note: str | None = None
) -> Iterator[Effect]:
    """Close it with the name of who made sure; lists and rolls that wait for it follow."""
    ended = {"outcome": outcome, "closed_by": by, "closed_at": ctx.now}
    if not lookins.move(ctx.tx, one, "closed", **ended):
        return
    yield silence(one)
    questions.close(ctx.tx, None, "lookin", one.id)
    if outcome in {"seen", "answered"}:
        _reached(ctx, one, outcome, by, note)
    helper = showing.name_of(people.get(ctx.tx, by)) if by else ""
    key = f"lookins.how_{outcome}"
    said = {**sought.facts(ctx, one, drill=one.drill), "how": Word(key, {"helper": helper})}
    for person_id in _to_tell(ctx, one):
        if person_id not in {by, one.person_id}:
            yield ctx.tell(person_id, "lookins.all_clear", urgent=True, **said)


def _to_tell(ctx: Context, one: LookIn) -> list[int]:
    """Whoever was asked and did not say no, and the visitor who stood at the door."""
    asked = [person_id for person_id in one.told if person_id not in one.declined]
    stood = [coverage.visit(ctx.tx, one.ref).visitor_id] if one.why == "visit" else []
    return list(dict.fromkeys((*asked, *stood)))


def _reached(ctx: Context, one: LookIn, outcome: str, by: int | None, note: str | None) -> None:
    """Visits and calls of the roll that this search was for are done."""
    if one.why == "visit" or one.person_id is not None:
        for visit in _visits(ctx, one):
            found = {"state": "done", "by": by, "at": ctx.now, "note": note or visit.note}
            coverage.change_visit(ctx.tx, visit.id, **found)
            coverage.tell(ctx.tx, visit.id, ctx.now, "done", person_id=by, note=note)
    how = "themselves" if outcome == "answered" else "seen"
    for call in alerts.waiting_for(ctx.tx, one.person_id) if one.person_id else ():
        alerts.change_call(ctx.tx, call.id, state="safe", how=how, by=by, at=ctx.now)


def _visits(ctx: Context, one: LookIn) -> list[coverage.Visit]:
    if one.person_id is None:
        found = [coverage.visit(ctx.tx, one.ref)]
    else:
        found = coverage.of_person(ctx.tx, one.person_id)
    return [visit for visit in found if visit.state == "nobody"]


def heard(ctx: Context, person_id: int, *, well: bool = True) -> Iterator[Effect]:
    """They answered by themselves: nobody needs to go any more, or to what they need."""
    one = lookins.of_person(ctx.tx, person_id)
    if one is not None:
        yield from close(ctx, one, "answered" if well else "spoke", by=person_id)


def seen(
    ctx: Context, who: sought.Sought, visit_id: int, by: int, *, well: bool = True
) -> Iterator[Effect]:
    """A visitor met them: nobody else needs to go."""
    one = lookins.about(ctx.tx, "visit", visit_id)
    if who.person_id is not None:
        one = lookins.of_person(ctx.tx, who.person_id)
    if one is not None and one.state != "closed":
        yield from close(ctx, one, "seen" if well else "helped", by=by)


def off(ctx: Context, why: str, ref: int) -> Iterator[Effect]:
    """Called off, as when a drill ends or the name is struck from the list."""
    one = lookins.about(ctx.tx, why, ref)
    if one is not None and one.state != "closed":
        yield from close(ctx, one, "called_off", by=ctx.speaker.id if ctx.speaker else None)
