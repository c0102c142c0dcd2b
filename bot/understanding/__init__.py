"""Reads what people write: from text to a reading."""
