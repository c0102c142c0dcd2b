"""Makes docs/settings.md of config.example.toml, whose comments are the only words about settings.

``python tests/settings_page.py`` writes the page anew; a test holds it equal.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "config.example.toml"
PAGE = ROOT / "docs" / "settings.md"

HEAD = """# Settings

Every setting of `config.toml`, made from `config.example.toml` by `python tests/settings_page.py`.
What is left out keeps its default. A name or value that is not understood is refused with its
line. `linbang check` tries the settings without starting the bot.

Durations: `"30 s"`, `"5 min"`, `"2 h"`, `"3 d"`. Hours: `"08:30"`, by the wall clock of the place.
Secrets: `"env:NAME"` or `"file:/path"`, never the secret itself. Folders: relative to the folder in
which the bot is started. A place that differs has tables of its own under its name:
`[places."幸福里".nudge]` holds for 幸福里 what `[policy.nudge]` holds for all.
"""


def settings_in(example: str) -> list[tuple[str, str, str, str]]:
    """Table, name, default and why of every setting, in order."""
    found, table, why = [], "", []
    for line in example.splitlines():
        if heading := re.fullmatch(r"\[(\[?[^\]]+\]?)\]", line):
            table = heading[1]
        elif line.startswith("# "):
            why.append(line[2:])
            continue
        elif setting := re.fullmatch(r"(\w+) = (.+)", line):
            found.append((table, setting[1], setting[2], " ".join(why)))
        why = []
    return found


def page(example: str) -> str:
    """The whole page."""
    lines, last = [HEAD], None
    for table, name, default, why in settings_in(example):
        if table != last:
            lines += [f"\n## [{table}]\n", "| setting | default | why |", "|---|---|---|"]
            last = table
        lines.append(f"| `{name}` | `{default}` | {why} |")
    return "\n".join(lines).replace("\n\n\n", "\n\n") + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(EXAMPLE.read_text("utf-8")), "utf-8")
