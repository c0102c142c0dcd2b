"""Readings of the body as people tell them: numbers, words, trends. Nothing here is kept."""
