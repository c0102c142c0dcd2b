"""Readings as pictures: a font with Chinese letters, the drawing, the errand that asks for it."""
