"""Devices that may send signs of life: issued, listed and taken back by the operator."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.app import App
from storage import checkins, people, signs, timers
from storage.db import Transaction
from storage.people import Person

NAME, SECRET = 6, 32
"""Bytes of chance in a device's public name, and in its secret."""


def order(tx: Transaction, now: datetime, wish: Mapping[str, Any]) -> Any:
    """Do what the command asks. Raises LookupError where there is no such person or device.

    ``{"do": "add", "person", "kind", "closes", "expected_by", "missing"}`` brings name and secret,
    ``{"do": "list"}`` the devices, ``{"do": "remove", "token"}`` the name of what is gone.
    """
    match wish["do"]:
        case "add":
            return _add(tx, now, wish)
        case "remove":
            return _remove(tx, now, str(wish["token"]))
        case _:
            return [_shown(tx, one) for one in signs.devices(tx)]


def _add(tx: Transaction, now: datetime, wish: Mapping[str, Any]) -> dict[str, str]:
    person = _person(tx, str(wish["person"]))
    if checkins.plan_of(tx, person.id) is None:
        raise LookupError(f"{person.name} has agreed to no check-ins: that comes first")
    token, secret = secrets.token_hex(NAME), secrets.token_urlsafe(SECRET)
    columns = {name: wish[name] for name in ("kind", "closes", "expected_by", "missing")}
    device_id = signs.add(tx, secret, token=token, person_id=person.id, added_at=now, **columns)
    # Told by the bot itself, at its next heartbeat.
    timers.put(tx, f"sign:{device_id}:added", now, kind="sign_added", ref=device_id, data={})
    return {"token": token, "secret": secret, "person": person.name}


def _remove(tx: Transaction, now: datetime, token: str) -> dict[str, str]:
    device = signs.by_token(tx, token)
    if device is None:
        raise LookupError(f"{token}: there is no such device")
    signs.remove(tx, device.id, now)
    timers.drop(tx, f"sign:{device.id}:")
    return {"token": token}


def _shown(tx: Transaction, one: signs.Device) -> dict[str, Any]:
    found = signs.last(tx, device_id=one.id)
    return {
        "token": one.token,
        "person": people.get(tx, one.person_id).name,
        "kind": one.kind,
        "closes": one.closes,
        "expected_by": one.expected_by,
        "missing": one.missing,
        "last": found.at.isoformat() if found else None,
    }


def _person(tx: Transaction, name: str) -> Person:
    by_key = people.by_key(tx, name)
    named = [by_key] if by_key else people.named(tx, name)
    if len(named) != 1:
        raise LookupError(f"{name}: {'several are' if named else 'nobody is'} called that")
    return named[0]


async def ordered(app: App, wish: Mapping[str, Any]) -> Any:
    """The same in the running bot. Raises LookupError."""

    def do(tx: Transaction) -> Any:
        try:
            return order(tx, app.clock.now(), wish)
        except LookupError as why:  # no fault of the transaction
            return why

    done = await app.engine.write(do)
    if isinstance(done, LookupError):
        raise done
    return done
