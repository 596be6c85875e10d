"""The keys of the live page."""

from __future__ import annotations

from app.ui.keys import KeyBinding, KeyGroup

LIVE_KEYS = KeyGroup(
    "Live",
    (
        KeyBinding("start", "Start the line", ("F5",)),
        KeyBinding("pause", "Pause, and go on", ("F6",)),
        KeyBinding("stop", "Stop the line", ("F8",)),
        KeyBinding("source", "Choose the source", ("F2",)),
        KeyBinding("model", "Choose the model", ("F3",)),
        KeyBinding("open_folder", "Open a folder of frames", ("Ctrl+O",)),
        KeyBinding("watch_folder", "Watch a folder for new frames", ("Ctrl+Shift+O",)),
        KeyBinding("open_video", "Open a video", ("Ctrl+Shift+O",)),
        KeyBinding("bare", "Hide all masks while held", shown="M"),
        KeyBinding("class", "Show or hide a class", shown="1 … 9"),
        KeyBinding("fainter", "Masks fainter", ("[",)),
        KeyBinding("stronger", "Masks stronger", ("]",)),
        KeyBinding("freeze", "Freeze the frame shown", ("F",)),
        KeyBinding("back", "Back to live", ("Esc", "L")),
        KeyBinding("newest_reject", "Show the newest reject", ("R",)),
        KeyBinding("older_reject", "An older reject", (",", "PgDown")),
        KeyBinding("newer_reject", "A newer reject", (".", "PgUp")),
        KeyBinding("next_finding", "Zoom to the next finding", ("N",)),
        KeyBinding("previous_finding", "Zoom to the finding before", ("Shift+N",)),
        KeyBinding("zoom_in", "Zoom in", ("+", "=")),
        KeyBinding("zoom_out", "Zoom out", ("-",)),
        KeyBinding("fit", "Whole frame", ("0",)),
        KeyBinding("one_to_one", "One frame pixel on one screen pixel", ("Z",)),
        KeyBinding("pan", "Move over the frame", shown="Arrows"),
    ),
)
