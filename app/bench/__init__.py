"""Benches: figures measured side by side in one run, so that they can be compared whatever the computer."""
