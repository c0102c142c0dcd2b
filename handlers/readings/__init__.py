"""Readings of the body: told by anybody concerned, put right, limited, drawn, shown on a page."""

from __future__ import annotations

from handlers.readings import correcting, looking, ranges, telling

PARTS = (telling, correcting, ranges, looking)
"""The modules with handlers, for the list of features."""

__all__ = ["PARTS"]
