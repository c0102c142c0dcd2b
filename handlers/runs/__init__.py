"""Shopping runs: one neighbour goes, the others say what to bring."""

from __future__ import annotations

from handlers.runs import gathering, handing, money, ordering

PARTS = (gathering, ordering, handing, money)
"""The modules with handlers, for the list of features."""

__all__ = ["PARTS"]
