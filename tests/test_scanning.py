"""The code to scan, where somebody sees it."""

import io

from rich.console import Console

from bot.scanning import show
from bot.web.accounts import drawn

CODE = "https://login.weixin.qq.com/l/4d1f9c"


def test_a_terminal_shows_the_code_in_blocks() -> None:
    out = io.StringIO()
    show(Console(file=out, force_terminal=True), "wechat", CODE)
    assert "▀" in out.getvalue()
    assert CODE not in out.getvalue()


def test_a_log_only_says_that_there_is_one() -> None:
    out = io.StringIO()
    show(Console(file=out, width=200), "wechat", CODE)
    assert "status page" in out.getvalue()
    assert CODE not in out.getvalue()


def test_the_page_draws_black_on_white() -> None:
    assert drawn(CODE).startswith(b"<?xml") or drawn(CODE).startswith(b"<svg")
    assert b"#fff" in drawn(CODE)
