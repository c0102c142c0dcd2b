"""Voice messages written down by an OpenAI-style speech-to-text address."""

from __future__ import annotations

import structlog
from aiohttp import ClientError, FormData

from bot.config.tables import Dictating
from bot.second.endpoint import asked

log = structlog.get_logger(__name__)

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
        form = FormData()
        form.add_field("model", settings.model)
        form.add_field("file", sound, filename=f"voice.{settings.form}")
        whole = await asked(settings, "audio/transcriptions", data=form)
        text = whole.get("text") if isinstance(whole, dict) else None
        if not isinstance(text, str):
            raise ValueError("no words in it")  # noqa: TRY004  a wrong answer, not a wrong call
        return text[:MOST_LETTERS].strip()
