"""A plain echo bot on `wechaty.Wechaty`, to be held against: `python -m bench.echo ENDPOINT TOKEN`.

The package cannot be imported on a current Python as it is; what broke is mended here first, so
that it can be measured at all. The bot itself needs none of this: it imports only the stubs.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import types
import warnings
from typing import Any


def mend() -> None:
    """Put back what Python and other packages have dropped since."""
    import pyee  # noqa: PLC0415
    import pyee.asyncio  # noqa: PLC0415
    import urllib3  # noqa: PLC0415
    from urllib3.util import parse_url  # noqa: PLC0415

    pyee.AsyncIOEventEmitter = pyee.asyncio.AsyncIOEventEmitter  # type: ignore[attr-defined]

    def get_host(url: str) -> tuple[Any, ...]:
        found = parse_url(url)
        return found.scheme, found.host, found.port

    urllib3.get_host = get_host  # type: ignore[attr-defined]
    if "telnetlib" not in sys.modules and sys.version_info >= (3, 13):
        sys.modules["telnetlib"] = _telnetlib()
    import wechaty_puppet.schemas.puppet as schema  # noqa: PLC0415

    schema.PuppetOptions.__hash__ = object.__hash__


def _telnetlib() -> types.ModuleType:
    """It is used to see whether a port is open, no more."""

    class Telnet:
        def open(self, host: str, port: int, timeout: float) -> None:
            socket.create_connection((host, port), timeout).close()

    module = types.ModuleType("telnetlib")
    module.Telnet = Telnet  # type: ignore[attr-defined]
    return module


async def main(endpoint: str, token: str) -> None:
    warnings.simplefilter("ignore")
    mend()
    from wechaty import Wechaty, WechatyOptions  # noqa: PLC0415
    from wechaty_puppet import PuppetOptions  # noqa: PLC0415

    class Echo(Wechaty):  # type: ignore[misc]
        async def on_message(self, msg: Any) -> None:
            if not msg.is_self():
                room = msg.room()
                await (room or msg.talker()).say(msg.text())

    options = PuppetOptions(token=token, end_point=endpoint)
    await Echo(WechatyOptions(puppet_options=options)).start()


if __name__ == "__main__":
    os.environ.setdefault("WECHATY_LOG", "error")
    asyncio.run(main(*sys.argv[1:3]))
