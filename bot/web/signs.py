"""Where meters, sensors and buttons leave their signs of life: a bearer secret each, small, few."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Engine as Database

from bot.clock import Clock
from bot.engine import Engine, NotRecorded
from bot.neighbours import reading
from handlers.kit import SignOfLife
from storage import signs
from storage.signs import Device

MOST_BYTES = 2048
MINUTE = timedelta(minutes=1)
AHEAD = timedelta(minutes=5)
"""A device's clock may be so far ahead."""
STRANGERS = 30
"""Wrong secrets in a minute, from anywhere, before nobody's are looked at any more."""


class Body(BaseModel):
    """What a device sends; all of it may be left out. ``id``: the same sent twice counts once."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at: AwareDatetime | None = None
    what: Literal["life", "help"] = "life"
    id: Annotated[str, Field(pattern=r"^[\w.:-]{1,64}$")] | None = None


@dataclass(slots=True)
class Few:
    """At most so many in a minute."""

    _went: dict[str, deque[datetime]] = field(default_factory=dict)

    def lets(self, who: str, most: int, now: datetime) -> bool:
        """Whether one more may come; it counts then."""
        went = self._went.setdefault(who, deque())
        while went and now - went[0] >= MINUTE:
            went.popleft()
        if len(went) >= most:
            return False
        went.append(now)
        return True


def routes(engine: Engine, reader: Database, clock: Clock, per_minute: int) -> list[web.RouteDef]:
    """``POST /signs/<token>``: 202, or 400, 401, 413, 429; 503 where it could not be recorded."""
    few, strangers = Few(), Few()

    async def take(request: web.Request) -> web.Response:
        now = clock.now()
        token = request.match_info["token"]
        device = await _device(request, reader, token)
        if device is None:
            if not strangers.lets("", STRANGERS, now):
                raise _too_many()
            raise web.HTTPUnauthorized(
                text="not with this secret", headers={"WWW-Authenticate": "Bearer"}
            )
        # Read only now: strangers need not be listened to.
        body = await _body(request)
        at = min(body.at or now, now)
        if body.at is not None and body.at - now > AHEAD:
            raise web.HTTPBadRequest(text="at: is still to come; set the device's clock")
        if body.what != "help" and not few.lets(token, per_minute, now):
            raise _too_many()
        # Without an id of its own, one of the same instant is the same.
        name = f"{token}:{body.id or f'{body.what}@{at.isoformat()}'}"
        event = SignOfLife("signs", name, at, now, device.id, body.what)
        try:
            await engine.handle(event)
        except NotRecorded as why:
            raise web.HTTPServiceUnavailable(text="not recorded; send it again") from why
        return web.json_response({"taken": True}, status=202)

    return [web.post(r"/signs/{token:[\w-]{6,40}}", take)]


async def _device(request: web.Request, reader: Database, token: str) -> Device | None:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        return None
    return await asyncio.to_thread(_known, reader, token, secret.strip())


def _known(reader: Database, token: str, secret: str) -> Device | None:
    with reading(reader) as tx:
        return signs.known(tx, token, secret)


async def _body(request: web.Request) -> Body:
    if (request.content_length or 0) > MOST_BYTES:
        raise web.HTTPRequestEntityTooLarge(MOST_BYTES, request.content_length or 0)
    data = b""
    async for chunk in request.content.iter_chunked(MOST_BYTES):
        data += chunk
        if len(data) > MOST_BYTES:
            raise web.HTTPRequestEntityTooLarge(MOST_BYTES, len(data))
    try:
        told: Any = json.loads(data) if data.strip() else {}
        return Body.model_validate(told)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "body"
        raise web.HTTPBadRequest(text=f"{where}: {first['msg']}") from wrong
    except ValueError as wrong:
        raise web.HTTPBadRequest(text="body: not JSON") from wrong


def _too_many() -> web.HTTPTooManyRequests:
    return web.HTTPTooManyRequests(text="too many; slowly", headers={"Retry-After": "60"})
