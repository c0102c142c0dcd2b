"""WeChat through Wechaty puppet services: one gateway an account."""

from __future__ import annotations

from bot.clock import Clock
from bot.config import Settings
from bot.gateways.wechat.gateway import WeChatGateway
from bot.gateways.wechat.link import Patience
from bot.media import MediaStore

__all__ = ["Patience", "WeChatGateway", "accounts"]


def accounts(settings: Settings, media: MediaStore, clock: Clock) -> list[WeChatGateway]:
    """A gateway for every account in the settings, not connected yet; none if WeChat is off."""
    wechat = settings.gateways.wechat
    if not wechat.enabled:
        return []
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
