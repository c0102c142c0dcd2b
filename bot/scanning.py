"""A code to scan, drawn with blocks for a terminal."""

from __future__ import annotations

import io

import segno
from rich.console import Console


def show(console: Console, name: str, code: str) -> None:
    """Print the QR code where somebody may see it; where nobody does, only that there is one."""
    if not console.is_terminal:
        console.print(f"{name}: logged out; the code to scan is on the status page", markup=False)
        return
    drawn = io.StringIO()
    segno.make(code, micro=False).terminal(drawn, compact=True)
    console.print(f"{name}: 用这个账号的手机微信扫码 Scan with the telephone of this account")
    console.file.write(drawn.getvalue())
    console.file.flush()
