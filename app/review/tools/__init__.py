"""Tools: what a person draws with. Each is a pure function from where the pointer went to an ``Edit``."""
