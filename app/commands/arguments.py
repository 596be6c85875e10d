"""What several commands take on their command line, light enough for ``--help``."""

from __future__ import annotations

import argparse

DEVICES = ("auto", "cuda", "cpu", "openvino", "torch")
"""The keys of ``models.runtimes.choice.DEVICES``."""


def add_device(parser: argparse.ArgumentParser) -> None:
    """Add ``--device``."""
    parser.add_argument("--device", choices=DEVICES, default="auto", help="what the model runs on (default: auto)")


def frame_count(text: str) -> int:
    """A number of frames, 1 or more, for ``type=`` of an argument."""
    if not text.isascii() or not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"'{text}' is no number of frames; write a whole number from 1 up")
    return int(text)
