"""The roads to people: one module a chat platform, all behind `base.Gateway`."""
