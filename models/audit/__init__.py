"""Audit: what a set of labels holds, and which of its labels are probably wrong. Imports no torch and no Qt."""
