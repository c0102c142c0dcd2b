"""Trains all that the reader has learnt, each part after those it sees: dangers, acts, things.

``python -m bench.train`` writes the three files, ``--check`` compares them with what would be
written. ``--elsewhere DIR`` first learns from the public messages in DIR anew (`bench.elsewhere`).
"""

from __future__ import annotations

import argparse
from typing import Final

from bench import train_dangers, train_reader, train_things

# Acts and things are told with the danger heard among what is known of a message.
IN_ORDER: Final = (train_dangers, train_reader, train_things)


def main() -> int:
    """Train or check every part."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--check", action="store_true", help="compare with the shipped files only")
    options.add_argument("--elsewhere", metavar="DIR", help="learn from public messages anew")
    asked = options.parse_args()
    if asked.check:
        return max([part.main(["--check"]) for part in IN_ORDER])
    for part in IN_ORDER:
        if asked.elsewhere and part is not train_things:
            part.main(["--elsewhere", asked.elsewhere])
        part.main([])
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
