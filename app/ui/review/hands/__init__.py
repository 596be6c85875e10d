"""Hands: what the pointer does with each tool. A hand turns presses, moves and releases into steps on the table."""
