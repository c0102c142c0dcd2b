"""The web server of the pages on this machine: loopback only, same origin only, no inline code."""

from __future__ import annotations

import errno
import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.media import MOST_BYTES
from bot.web.local_chat import STATIC, LocalChat

log = structlog.get_logger()

TRIED_PORTS = 50
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def build(local: LocalChat | None, extra: Sequence[web.AbstractRouteDef] = ()) -> web.Application:
    """The application: the local chat's routes and ``extra`` ones, behind the same guard."""
    app = web.Application(middlewares=[_guard], client_max_size=MOST_BYTES + 1)
    app.on_response_prepare.append(_add_headers)
    if local is None:
        app.add_routes([web.get("/", _accounts), web.static("/static", STATIC)])
    else:
        app.add_routes(local.routes())
        app.on_shutdown.append(local.close)
    app.add_routes(extra)
    return app


async def _accounts(_request: web.Request) -> web.Response:
    raise web.HTTPFound("/accounts")


async def serve(app: web.Application, host: str, port: int) -> tuple[web.AppRunner, str]:
    """Listen, on the next free port if this one is taken; returns the runner and the address.

    Raises ValueError for a host that other machines could reach.
    """
    if not is_loopback(host):
        raise ValueError(f"the local chat has no passwords: it listens on 127.0.0.1, not on {host}")
    runner = web.AppRunner(app, shutdown_timeout=5)
    await runner.setup()
    try:
        bound = await _bind(runner, host, port)
    except BaseException:
        await runner.cleanup()
        raise
    if port not in (0, bound):
        log.warning("port_taken", asked=port, using=bound)
    shown = f"[{host}]" if ":" in host else host
    return runner, f"http://{shown}:{bound}/"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach ``host``."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _bind(runner: web.AppRunner, host: str, port: int) -> int:
    # 0 lets the system choose.
    candidates = range(port, min(port + TRIED_PORTS, 65536)) if port else [0]
    for candidate in candidates:
        try:
            await web.TCPSite(runner, host, candidate).start()
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            continue
        address: tuple[str, int] = runner.addresses[0][:2]
        return address[1]
    raise OSError(errno.EADDRINUSE, f"no free port from {port} to {port + TRIED_PORTS - 1}")


@web.middleware
async def _guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn away other sites: by name (DNS rebinding) and by origin (cross-site requests)."""
    name = urlsplit(f"//{request.host}").hostname or ""
    if not is_loopback(name):
        raise web.HTTPMisdirectedRequest(text="this page answers to its own address only")
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{request.host}":
        raise web.HTTPForbidden(text="not from another site")
    return await handler(request)


async def _add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
