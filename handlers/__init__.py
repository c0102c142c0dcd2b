"""What it does: one module a feature, no input or output."""
