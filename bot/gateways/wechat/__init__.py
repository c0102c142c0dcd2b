"""WeChat through Wechaty puppet services: one gateway an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.clock import Clock
from bot.config import Settings
from bot.media import MediaStore

if TYPE_CHECKING:
    from bot.gateways.wechat.gateway import WeChatGateway


def accounts(settings: Settings, media: MediaStore, clock: Clock) -> list[WeChatGateway]:
    """A gateway for every account in the settings, not connected yet; none if WeChat is off."""
    wechat = settings.gateways.wechat
    if not wechat.enabled:
        return []
    # What speaks to puppet services takes a while to load: only those wait who use it.
    from bot.gateways.wechat.gateway import WeChatGateway  # noqa: PLC0415
    from bot.gateways.wechat.link import Patience  # noqa: PLC0415

    patience = Patience(
        call=wechat.call_deadline.total_seconds(),
        ping_every=wechat.ping_every.total_seconds(),
        longest_wait=wechat.longest_wait.total_seconds(),
    )
    named = [(f"wechat-{one.name}", one) for one in wechat.accounts]
    if wechat.endpoint:
        named.insert(0, ("wechat", wechat))  # type: ignore[arg-type]
    return [
        WeChatGateway(
            name,
            one.endpoint,
            one.token.reveal,
            media,
            clock,
            journal=settings.database.path.with_name(f"{name}.db"),
            called=(settings.bot.name, *settings.bot.words),
            patience=patience,
        )
        for name, one in named
    ]
