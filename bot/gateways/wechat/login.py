"""Whether the account is logged in: by this connection's word, since when, with which code."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.clock import Clock
from bot.gateways.wechat.hearing import Account
from bot.gateways.wechat.link import Link
from handlers.kit import Happening, LoggedOut, Scan


class Login:
    """Follows logins and logouts; what is news goes to ``tell``, a new login to ``greet``."""

    def __init__(
        self,
        gateway: str,
        account: Account,
        link: Link,
        clock: Clock,
        *,
        tell: Callable[[Happening], None],
        greet: Callable[[str, datetime], None],
    ) -> None:
        self.since = clock.now()
        """The last login or logout."""
        self.code = ""
        """To be scanned while logged out."""
        self._gateway, self._account, self._link, self._clock = gateway, account, link, clock
        self._tell, self._greet = tell, greet
        self._session = 0
        """The connection (`Link.ups`) that last said it is in."""
        self._is_told = False

    def is_in(self) -> bool:
        """Whether the account can speak and hear now."""
        return self._link.up.is_set() and self._session == self._link.ups

    def came(self, account: str) -> None:
        """The server says that it is logged in; at every new connection again."""
        if not account:
            return
        self._session, self.code = self._link.ups, ""
        if self._is_told and account == self._account.id:
            return
        self._account.id, self._is_told = account, True
        self.since = self._clock.now()
        self._greet(account, self.since)

    def left(self, why: str) -> None:
        """The server says that it is logged out."""
        if not self._is_told:
            return
        self._session, self._is_told = 0, False
        self.since = now = self._clock.now()
        key = f"logout:{now.isoformat()}"
        self._tell(LoggedOut(self._gateway, key, now, now, self._account.id, why))

    def checked(self) -> None:
        """The link is sound for a while: an account not back by now was logged out meanwhile."""
        if not self.is_in():
            self.left("not logged in")

    def scan(self, code: str) -> None:
        """The server wants this code scanned."""
        if code and code != self.code:
            self.code, now = code, self._clock.now()
            self._tell(Scan(self._gateway, f"scan:{now.isoformat()}", now, now, code))
