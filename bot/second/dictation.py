"""Voice messages written down by an OpenAI-style speech-to-text address."""

from __future__ import annotations

import json

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout, FormData

from bot.config.tables import Dictating

log = structlog.get_logger(__name__)

MOST_BYTES = 65_536
MOST_LETTERS = 2_000


class Dictation:
    """The endpoint and what may be asked of it."""

    def __init__(self, settings: Dictating) -> None:
        self._settings = settings
        self.per_day = settings.per_day

    async def written(self, sound: bytes) -> str:
        """What was said; empty if it cannot be had in time."""
        try:
            return await self._ask(sound)
        except (TimeoutError, ClientError, OSError, LookupError, ValueError) as why:
            log.warning("not written down", why=type(why).__name__)
            return ""

    async def _ask(self, sound: bytes) -> str:
        settings = self._settings
        headers = {"Authorization": f"Bearer {settings.key.reveal()}"} if settings.key else {}
        form = FormData()
        form.add_field("model", settings.model)
        form.add_field("file", sound, filename=f"voice.{settings.form}")
        timeout = ClientTimeout(settings.deadline.total_seconds())
        async with (
            ClientSession(timeout=timeout) as session,
            session.post(
                f"{settings.endpoint.rstrip('/')}/audio/transcriptions",
                data=form,
                headers=headers,
                allow_redirects=False,
            ) as answer,
        ):
            if answer.status != 200:
                raise OSError(answer.status)
            whole = json.loads(await answer.content.read(MOST_BYTES))
        text = whole.get("text") if isinstance(whole, dict) else None
        if not isinstance(text, str):
            raise ValueError("no words in it")  # noqa: TRY004  a wrong answer, not a wrong call
        return text[:MOST_LETTERS].strip()
