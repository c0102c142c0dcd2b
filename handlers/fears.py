"""What may be danger and is not sure: the speaker is asked, privately, with the number to ring."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from handlers import emergencies
from handlers.kit import Ask, Context, Effect, ToPerson, answers, hears
from handlers.reading import from_json
from storage import questions, requests

ASKED = {"fear": "yes_no"}
WAIT = timedelta(minutes=30)
"""How long a yes is taken to speak of what was said; as long nobody is asked again."""


@hears("fear", sure=0.0)
def feared(ctx: Context) -> Iterator[Effect]:
    """Ask whether somebody is in danger; nobody waits for the answer to ring for help."""
    if _is_known(ctx):
        return
    kind = ctx.reading.fear or "medical"
    numbers = ctx.policy.emergency
    yield Ask(
        ToPerson(ctx.who.id),
        "fears.for_oneself" if kind == "self_harm" else "fears.is_it",
        {
            "medical": numbers.medical,
            "fire": numbers.fire,
            "police": numbers.police,
            "self_harm": numbers.self_harm,
        },
        urgent=True,
        person_id=ctx.who.id,
        question="fear",
        data={"reading": ctx.reading.but(emergency=kind).as_json(), "text": ctx.text},
        wait=WAIT,
    )


def _is_known(ctx: Context) -> bool:
    """Whether they were asked of late, or their emergency is being seen to."""
    asked = questions.open_to(ctx.tx, ctx.who.id, ctx.now)
    mine = requests.of_person(ctx.tx, ctx.who.id)
    return any(one.kind == "fear" for one in asked) or any(
        one.kind == "emergency" and one.state != "closed" for one in mine
    )


def _answers(ctx: Context) -> bool:
    """Whether this is a yes or a no, said privately: in a group a 好的 may be meant for anybody."""
    return not ctx.in_group and ctx.reading.act in {"confirm", "cancel", "release", "well"}


@answers("fear", _answers)
def settled(ctx: Context) -> Iterator[Effect]:
    """Yes: an emergency, in the words said first. No: nothing more."""
    if ctx.reading.act != "confirm":
        yield ctx.reply("fears.good")
        return
    told = ctx.asked.data
    ctx.reading = from_json(told["reading"])
    yield from emergencies.told_of(ctx, told["text"])
