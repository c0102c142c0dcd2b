"""The bot as a process of its own, for tests."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent


@contextmanager
def running(*words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The bot as a process, and the address that it prints; it must not have stumbled meanwhile."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.search(r"Local chat: (http://\S+)", line):
                yield process, found[1]
                break
        else:
            raise AssertionError(process.stderr.read() if process.stderr else "")
    finally:
        process.kill()
        _, said = process.communicate()
    stumbled = [line for line in said.splitlines() if '"exception"' in line or "Traceback" in line]
    assert not stumbled, stumbled[0]


def stopped(process: subprocess.Popen[str], how: signal.Signals) -> int:
    """Ask it to end; the code it ends with."""
    process.send_signal(how)
    return process.wait(timeout=20)
