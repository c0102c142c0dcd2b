"""The clinic's questions and answers: asked for in plain words, and pushed one by one."""

from __future__ import annotations

from handlers.guides import asking

PARTS = (asking,)
"""The modules with handlers, for the list of features."""

__all__ = ["PARTS"]
