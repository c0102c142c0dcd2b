"""Two who turned out to be one: what the newcomer has done here becomes the neighbour's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from storage import rosters
from storage.claims import CLAIM, INVITATION
from storage.covers import COVER
from storage.db import Transaction
from storage.hours import HOUR_CLAIM, HOUR_ENTRY
from storage.members import MEMBER
from storage.people import ACCOUNT, PERSON, ROLE
from storage.questions import QUESTION
from storage.requests import EVENT, REQUEST
from storage.rooms import ROOM
from storage.runs import ORDER
from storage.skills import SKILL
from storage.whistles import WHISTLE


def merge(tx: Transaction, newcomer: int, neighbour: int, now: datetime) -> None:
    """Accounts, talks, requests and tasks of the newcomer belong to the neighbour from now on."""
    tx.flush()
    for column in (
        ACCOUNT.c.person_id,
        MEMBER.c.person_id,
        ROOM.c.person_id,
        REQUEST.c.requester_id,
        EVENT.c.person_id,
        QUESTION.c.person_id,
        HOUR_ENTRY.c.person_id,
        HOUR_ENTRY.c.other_id,
        HOUR_CLAIM.c.receiver_id,
        COVER.c.holder_id,
        WHISTLE.c.by_id,
    ):
        moved = update(column.table).where(column == newcomer)
        tx.run(moved.values({column.name: neighbour}))
    # Where both have one, the neighbour's own stands.
    for column, other in (
        (CLAIM.c.person_id, (CLAIM.c.number,)),
        (INVITATION.c.person_id, (INVITATION.c.number,)),
        (HOUR_CLAIM.c.helper_id, (HOUR_CLAIM.c.number,)),
        (ORDER.c.person_id, (ORDER.c.number,)),
        (ROLE.c.person_id, (ROLE.c.place_id, ROLE.c.role)),
        (SKILL.c.person_id, (SKILL.c.skill,)),
    ):
        theirs = column.table.alias()
        same = [theirs.c[one.name] == one for one in other]
        its = theirs.c[column.name]
        has = select(its).where(its == neighbour, *same).exists()
        moved = update(column.table).where(column == newcomer, ~has)
        tx.run(moved.values({column.name: neighbour}))
    rosters.rename(tx, newcomer, neighbour)
    tx.run(update(PERSON).where(PERSON.c.id == newcomer).values(left_at=now))
    tx.memo.clear()
