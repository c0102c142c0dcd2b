"""Whose reading it is: the speaker's own, or that of somebody whom the speaker looks after."""

from __future__ import annotations

import re
from collections.abc import Iterator

from handlers.checkins import replies
from handlers.checkins.overview import TEAM
from handlers.kit import Context
from handlers.sentences import tidy
from storage import checkins, people, places, questions, vitals
from storage import duty as rosters
from storage.people import Person

CALLERS = {*TEAM, "volunteer"}
"""Roles whose word on the readings of somebody at their place counts."""
_KIN = re.compile(
    r"妈|爸|娘|爹|奶奶|爷爷|外婆|外公|姥姥|姥爷|婆婆|公公|岳母|岳父|老伴|老人"
    r"|\b(?:mum|mom|mother|dad|father|gran|grandma|grandpa|granny|wife|husband)\b"
)
_OTHER = re.compile(
    r"[他她]|[\u4e00-\u9fff](?:阿姨|叔叔?|大爷|大妈|大娘|老师|伯伯?|大姐|师傅)"
    r"|\b(?:he|she|his|her|mrs?|ms|miss|uncle|aunt(?:ie)?)\b"
)
_NAMED = re.compile(
    r"^([\u4e00-\u9fff]{2,4}?|[a-z][a-z .-]{1,30}?)(?:'s|的)?\s*"
    r"(?=(?:今天|早上|刚才?|量的?)?(?:血压|体温|血糖|血氧|心率|脉搏)|blood|bp\b|temp|sugar|pulse|oxygen)"
)


def meant(ctx: Context) -> list[Person] | None:
    """The people who may be meant, all of them the speaker's concern; None is the speaker.

    Empty: somebody else is meant of whom the speaker has nothing to report.
    """
    text = tidy(ctx.text)
    mine = [people.get(ctx.tx, one) for one in _concerns(ctx)]
    named = [one for one in mine if replies.names(one, ctx.text) and one.id != ctx.who.id]
    if named:
        return named
    if _KIN.search(text):
        kin = [one for one in mine if _is_kin(ctx, one)]
        return kin or ([] if not text.startswith("我") or "我的" not in text else None)
    asked = _asked_about(ctx)
    own = checkins.plan_of(ctx.tx, ctx.who.id)
    if asked and (own is None or _OTHER.search(text)):
        return asked
    return [] if _OTHER.search(text) or _names_somebody(ctx, text) else None


def _concerns(ctx: Context) -> list[int]:
    """Everybody of whom the speaker may tell readings."""
    me = ctx.who.id
    held = people.all_roles(ctx.tx).get(me, ())
    tops = {at for at, role in held if role in CALLERS}
    now = rosters.of_person(ctx.tx, me, ctx.now, days=0)
    tops |= {shift.place_id for shift in now if shift.begins <= ctx.now}
    inside = {place for top in tops for place in places.within(ctx.tx, top)}
    served = vitals.enrolled_at(ctx.tx, inside) if inside else []
    return list(dict.fromkeys([*vitals.cared_for_by(ctx.tx, me), *served]))


def _is_kin(ctx: Context, elder: Person) -> bool:
    plan = checkins.plan_of(ctx.tx, elder.id)
    family = checkins.family(ctx.tx, plan.id) if plan else []
    return any(one.person_id == ctx.who.id for one in family)


def _asked_about(ctx: Context) -> list[Person]:
    """Those whom the speaker was just asked to see to."""
    return list({one.id: one for one in _asked(ctx)}.values())


def _asked(ctx: Context) -> Iterator[Person]:
    for question in questions.open_to(ctx.tx, ctx.who.id, ctx.now):
        one = checkins.get(ctx.tx, question.ref) if question.kind == "checkin_go" else None
        if one is not None:
            yield people.get(ctx.tx, one.person_id)


def _names_somebody(ctx: Context, text: str) -> bool:
    """Whether the reading is called that of a neighbour: nobody's else is taken for one's own."""
    found = _NAMED.match(text)
    if found is None or found[1] in {"my", "the", "today", "我", "今天", "早上", "刚才"}:
        return False
    return any(one.id != ctx.who.id for one in people.named(ctx.tx, found[1], short=True))
