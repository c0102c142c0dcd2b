"""What one turn of duty leaves in words to the next: `交班：3号楼李奶奶晚上要再问一次`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from handlers import duty, showing
from handlers.kit import Context, Effect, Later, Lines, Sorry, Word, rings, sentence
from handlers.sentences import after_the_word
from storage import duty as rosters
from storage import people, places, shift_notes
from storage.duty import Shift
from storage.shift_notes import ShiftNote

JUST_NOW = timedelta(hours=1)
"""So long after their turn somebody may still leave a note."""
AHEAD = 7
"""Days within which the next turn is waited for; else the coordinator has the note."""
LISTED = 10


@sentence("leave", fits=lambda ctx: not ctx.in_group or _turn(ctx) is not None)
def leave(ctx: Context) -> Iterator[Effect]:
    """Whoever is on duty leaves a note; the next of the same duty gets it first thing."""
    turn = _turn(ctx)
    if turn is None:
        raise Sorry("shift_notes.not_on_duty").in_private()
    place_id, what = turn.place_id, turn.duty
    row = {"place_id": place_id, "duty": what, "text": after_the_word(ctx.text)}
    note_id = shift_notes.add(ctx.tx, ctx.now, person_id=ctx.who.id, **row)
    ends = max(turn.ends, ctx.now)
    yield Later(f"shift_note:{note_id}:", ends, "shift_note", note_id)
    later = [one for one in _others(ctx, place_id, what, ctx.who.id) if one.ends > ends]
    key = "shift_notes.kept" if later else "shift_notes.kept_for_nobody"
    at = max(later[0].begins, ends) if later else ends
    yield ctx.tell(ctx.who.id, key, urgent=True, at=at)


def _others(ctx: Context, place_id: int, what: str, author: int) -> list[Shift]:
    """The turns of a duty that run or come, of others who can be told."""
    return [
        one
        for one in rosters.coming(ctx.tx, ctx.now, AHEAD)
        if (one.place_id, one.duty) == (place_id, what)
        and one.person_id != author
        and not one.absent
        and rosters.reachable(ctx.tx, one.person_id)
    ]


def _turn(ctx: Context) -> Shift | None:
    """The speaker's turn that runs now, else the one that has just ended."""
    mine = rosters.of_person(ctx.tx, ctx.who.id, ctx.now - JUST_NOW, 1)
    begun = [one for one in mine if one.begins <= ctx.now and not one.absent]
    return begun[-1] if begun else None


@rings("shift_note")
def hand_on(ctx: Context) -> Iterator[Effect]:
    """The turn is over: whoever is on now gets the note, else whoever comes next."""
    note = shift_notes.get(ctx.tx, ctx.rung.ref)
    if note is None or note.given_at is not None:
        return
    others = _others(ctx, note.place_id, note.duty, note.person_id)
    now = [one.person_id for one in others if one.begins <= ctx.now]
    if others and not now:
        yield Later(f"shift_note:{note.id}:", others[0].begins, "shift_note", note.id)
        return
    told = now or duty.pages(ctx.tx, note.place_id, ctx.now, "coordinator")
    key = "shift_notes.for_you" if now else "shift_notes.for_nobody"
    shift_notes.given(ctx.tx, note.id, ctx.now)
    for one in dict.fromkeys(told):
        yield ctx.tell(one, key, urgent=bool(now), **_spoken(ctx, note))


def _spoken(ctx: Context, note: ShiftNote) -> dict[str, Any]:
    return {
        "name": showing.name_of(people.get(ctx.tx, note.person_id)),
        "duty": duty.called(note.duty),
        "at": note.at,
        "text": note.text,
    }


@sentence("record", fits=lambda ctx: not ctx.in_group)
def record(ctx: Context) -> Iterator[Effect]:
    """`交班记录`: the last notes of the places that the speaker serves."""
    served = _served(ctx)
    if not served:
        raise Sorry("shift_notes.not_on_duty")
    notes = shift_notes.latest(ctx.tx, served, LISTED)
    if not notes:
        yield ctx.reply("shift_notes.none")
        return
    lines = tuple(
        Word(
            "shift_notes.line",
            {
                **_spoken(ctx, one),
                "given": Word("shift_notes.given", {"when": one.given_at})
                if one.given_at
                else Word("shift_notes.waiting"),
            },
        )
        for one in notes
    )
    yield ctx.reply("shift_notes.record", notes=Lines(lines))


def _served(ctx: Context) -> set[int]:
    """Where the speaker has an office or stands on a roster, with all that lies within."""
    offices = people.all_roles(ctx.tx).get(ctx.who.id, ())
    at = {place_id for place_id, role in offices if role not in {"volunteer", "keeper", "contact"}}
    at |= {one.place_id for one in rosters.of_person(ctx.tx, ctx.who.id, ctx.now - JUST_NOW)}
    return {inside for place_id in at for inside in places.within(ctx.tx, place_id)}
