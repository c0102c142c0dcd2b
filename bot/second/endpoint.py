"""One question to an OpenAI-style address: authorised, bounded in time and in size."""

from __future__ import annotations

import json
from typing import Any, Final

from aiohttp import ClientSession, ClientTimeout

from bot.config.tables import Dictating, SecondReading

MOST_BYTES: Final = 65_536


async def asked(settings: SecondReading | Dictating, path: str, **body: Any) -> Any:
    """The JSON that is answered to a POST; ``body`` is aiohttp's ``json`` or ``data``.

    Raises TimeoutError, ClientError, OSError, LookupError (no key) or ValueError (no JSON).
    """
    headers = {"Authorization": f"Bearer {settings.key.reveal()}"} if settings.key else {}
    url = f"{settings.endpoint.rstrip('/')}/{path}"
    timeout = ClientTimeout(settings.deadline.total_seconds())
    async with (
        ClientSession(timeout=timeout) as session,
        session.post(url, headers=headers, allow_redirects=False, **body) as answer,
    ):
        if answer.status != 200:
            raise OSError(answer.status)
        told = bytearray()
        async for piece in answer.content.iter_any():  # one read may bring but a part
            told += piece
            if len(told) > MOST_BYTES:
                raise ValueError("too long")
    return json.loads(told)
