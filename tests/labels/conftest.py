"""Hypothesis without deadlines: how long an example takes says more about the machine than about the codec."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("labels", deadline=None)
settings.load_profile("labels")
