"""Gathers what an export holds: rows in the shape in which they can be brought in again."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.exchange.shapes import clock
from storage import boxes, checkins, people, places
from storage.boxes import LOT, Lot
from storage.claims import CLAIM, Claim
from storage.db import Transaction
from storage.duty import ROSTER, Roster
from storage.people import PERSON, Person
from storage.requests import EVENT, REQUEST, Request, RequestEvent
from storage.skills import HOURS, SKILL, Hours, Skill

Rows = list[dict[str, Any]]


def gather(tx: Transaction) -> dict[str, Rows]:
    """Section → rows. Reads only; every reference is by key, every instant in UTC."""
    return {
        "places": _places(tx),
        "people": _people(tx),
        "skills": _skills(tx),
        "boxes": _boxes(tx),
        "stock": _stock(tx),
        "duty": _duty(tx),
        "checkins": _checkins(tx),
        **_history(tx),
    }


def key_of(person: Person) -> str:
    """A person's key; whoever came by themselves gets one made of their number."""
    return person.key or f"person-{person.id}"


def _keys(tx: Transaction) -> dict[int | None, str]:
    """Person id → key, also of those who left."""
    return {one.id: key_of(one) for one in tx.rows(Person, select(PERSON))}


def _places(tx: Transaction) -> Rows:
    every = places.every(tx)
    ordered = sorted(every.values(), key=lambda one: (-places.KINDS.index(one.kind), one.id))
    return [
        _filled(
            key=place.key,
            name=place.name,
            name_en=place.name_en,
            kind=place.kind,
            parent=every[place.parent_id].key if place.parent_id else None,
            zone=place.zone,
            number=place.number,
            gas_phone=place.gas_phone,
            desk_phone=place.desk_phone,
            shares=place.shares,
        )
        for place in ordered
    ]


def _people(tx: Transaction) -> Rows:
    skills: dict[int, list[str]] = {}
    for skill in tx.rows(Skill, select(SKILL).order_by(SKILL.c.id)):
        skills.setdefault(skill.person_id, []).append(skill.skill)
    hours: dict[int, list[str]] = {}
    for span in tx.rows(Hours, select(HOURS).order_by(HOURS.c.id)):
        text = f"{span.weekdays} {clock(span.start)}-{clock(span.end)}"
        hours.setdefault(span.person_id, []).append(text)
    rows = tx.rows(Person, select(PERSON).where(PERSON.c.left_at.is_(None)).order_by(PERSON.c.id))
    return [_person(tx, one, skills.get(one.id, []), hours.get(one.id, [])) for one in rows]


def _person(tx: Transaction, person: Person, skills: list[str], hours: list[str]) -> dict[str, Any]:
    home = places.get(tx, person.place_id)
    zone = ZoneInfo("UTC")
    return _filled(
        key=key_of(person),
        name=person.name,
        name_en=person.name_en,
        lang=person.lang,
        place=home.key if home else None,
        unit=person.unit,
        floor=person.floor,
        room=person.room,
        phone=person.phone,
        public_phone=person.public_phone,
        birth_year=person.birth_year,
        joined=person.joined_at.astimezone(zone).date(),
        roles=[
            role if place_id == person.place_id else f"{role}@{places.every(tx)[place_id].key}"
            for place_id, role in people.all_roles(tx).get(person.id, ())
        ],
        skills=skills,
        hours=hours,
        accounts=[
            f"{account.gateway}:{account.external}"
            for account in people.accounts(tx, person.id)
            # The local chat makes its own names anew.
            if account.gateway != "local"
        ],
    )


def _skills(tx: Transaction) -> Rows:
    """Those of which more is known than that somebody has them."""
    keys = {one.id: key_of(one) for one in tx.rows(Person, select(PERSON)) if one.left_at is None}
    known = select(SKILL).where(SKILL.c.found | (SKILL.c.note != "")).order_by(SKILL.c.id)
    return [
        _filled(person=keys[one.person_id], skill=one.skill, found=one.found, note=one.note)
        for one in tx.rows(Skill, known)
        if one.person_id in keys
    ]


def _boxes(tx: Transaction) -> Rows:
    return [
        _filled(
            key=box.key,
            place=places.every(tx)[box.place_id].key,
            name=box.name,
            name_en=box.name_en,
            keeper=key_of(people.get(tx, box.keeper_id)) if box.keeper_id else None,
            where=box.where_text,
            where_en=box.where_en,
        )
        for box in boxes.every(tx)
    ]


def _stock(tx: Transaction) -> Rows:
    own = {box.id: box.key for box in boxes.every(tx)}
    keys = {one.id: one.key for one in tx.rows(Lot, select(LOT))}
    return [
        _filled(
            key=keys[lot.lot_id] or f"lot-{lot.lot_id}",
            box=own[lot.box_id],
            item=lot.item,
            text=lot.text,
            quantity=lot.on_hand,
            unit=lot.unit,
            expiry=lot.expiry,
            form=lot.form,
            sealed=lot.sealed,
            batch=lot.batch,
        )
        for lot in sorted(boxes.stock(tx, [id_ for id_ in own if id_]), key=lambda one: one.lot_id)
    ]


def _duty(tx: Transaction) -> Rows:
    rows = tx.rows(Roster, select(ROSTER).order_by(ROSTER.c.id))
    return [
        _filled(
            key=row.key or f"shift-{row.id}",
            place=places.every(tx)[row.place_id].key,
            **_crew([key_of(people.get(tx, one)) for one in row.people]),
            together=row.together or None,
            every=row.every if row.together else None,
            shifts=row.shifts if row.shifts > 1 else None,
            duty=row.duty,
            weekdays=row.weekdays,
            days=row.days,
            holidays=row.holidays,
            start=clock(row.start),
            end=clock(row.end),
            from_day=row.from_day,
            until_day=row.until_day,
        )
        for row in rows
    ]


def _crew(keys: list[str]) -> dict[str, Any]:
    return {"person": keys[0]} if len(keys) == 1 else {"people": keys}


def _checkins(tx: Transaction) -> Rows:
    keys = _keys(tx)
    return [
        {"at": [clock(minute) for minute in plan.at]}
        | _filled(
            person=keys[plan.person_id],
            tier=plan.tier,
            weekdays=plan.weekdays,
            from_day=plan.from_day,
            channel=plan.channel,
            neighbour=keys.get(plan.neighbour_id),
            family=[
                keys[one.person_id] if one.person_id else f"{one.name} {one.phone}"
                for one in checkins.family(tx, plan.id)
            ],
            key_holder=keys.get(plan.key_holder_id),
            caller=keys.get(plan.caller_id),
            limits=[
                " ".join([kind, *(f"{value:g}" for value in values)])
                for kind, values in plan.limits.items()
            ],
            consent_by=keys.get(plan.consent_by),
            consent_on=plan.consent_at.date() if plan.consent_at else None,
            consent_heard_by=keys.get(plan.consent_heard_by),
            paused_on=plan.paused_at.date() if plan.paused_at else None,
            paused_until=plan.paused_until,
        )
        for plan in checkins.plans(tx)
    ]


def _history(tx: Transaction) -> dict[str, Rows]:
    everybody = _keys(tx)
    every = places.every(tx)
    requests = [
        _filled(
            number=one.number,
            kind=one.kind,
            category=one.category,
            danger=one.danger,
            state=one.state,
            outcome=one.outcome,
            level=one.level,
            urgency=one.urgency,
            text=one.text,
            items=one.items,
            place=every[one.place_id].key,
            spot=one.spot,
            unit=one.unit,
            floor=one.floor,
            room=one.room,
            phone=one.phone,
            for_text=one.for_text,
            for_kind=one.for_kind,
            for_age=one.for_age,
            wanted=one.wanted,
            requester=everybody.get(one.requester_id),
            made_at=one.made_at,
            changed_at=one.changed_at,
            due_at=one.due_at,
            closed_at=one.closed_at,
            reopenings=one.reopenings,
        )
        for one in tx.rows(Request, select(REQUEST).order_by(REQUEST.c.number))
    ]
    events = [
        _filled(
            number=one.number,
            at=one.at,
            who=everybody.get(one.person_id),
            before=one.before,
            after=one.after,
            what=one.what,
            note=one.note,
        )
        for one in tx.rows(RequestEvent, select(EVENT).order_by(EVENT.c.number, EVENT.c.id))
    ]
    holders = [
        _filled(number=one.number, person=everybody.get(one.person_id), state=one.state, at=one.at)
        for one in tx.rows(Claim, select(CLAIM).order_by(CLAIM.c.number, CLAIM.c.at, CLAIM.c.id))
    ]
    return {"requests": requests, "events": events, "holders": holders}


def _filled(**fields: Any) -> dict[str, Any]:
    """Only what there is to say."""
    return {name: value for name, value in fields.items() if value not in (None, "", [])}
