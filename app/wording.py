"""Reasons as sentences. Codes live in the store and in contract files; words are made when somebody reads them."""

from __future__ import annotations

from collections.abc import Callable

from app.words.reason import Reason

Translate = Callable[[str], str]

TEMPLATES: dict[str, str] = {
    "clean": "No defect found.",
    "below_limits": "{count} finding(s), all below the recipe's limits.",
    "nuisance_only": "Only {class_title} found; it never rejects.",
    "area_over_limit": "{class_title} covers {area:.0f} {unit}, over the limit of {limit:.0f} {unit}.",
    "count_over_limit": "{count} findings of {class_title}, over the limit of {limit}.",
    "near_threshold": "{class_title} is uncertain: {probability:.0%} against a gate of {threshold:.0%}.",
    "gate_without_mask": "{class_title} is likely ({probability:.0%}), but no pixels of it were found.",
    "classified": "{class_title} is present: {probability:.0%} against a gate of {threshold:.0%}.",
    "dark": "The frame is dark: its brightest part has a mean of {mean:.1f} of 255, below {limit:.1f}.",
    "frozen": "The frame repeats the one before it pixel for pixel.",
    "lost": "{count} frame(s) were lost before this one because the line was faster than the inspection.",
    "paused": "{count} frame(s) went by while the inspection was paused.",
    "stopped": "{count} frame(s) were captured but not inspected when the line was stopped.",
    "unreadable": "{name} cannot be read as an image; replace the file or copy it again.",
    "truncated": "{name} is cut short; copy the file again.",
    "empty_file": "{name} is empty; copy the file again.",
    "too_small": "{name} is only {width}×{height} pixels; at least {least}×{least} are needed.",
    "labelled": "From the label file {file}.",
    "labelled_clean": "No row in the label file {file}.",
    "line_started": "The line runs: {source} with {model} on {runtime}.",
    "line_stopped": "The line was stopped.",
    "stop_late": "The line has not ended within {seconds:.0f} s; it ends as soon as the frame in work is done.",
    "source_opened": "{source} is open.",
    "source_ended": "{source} has ended after {count} frame(s).",
    "source_failed": "{error}",
    "model_changed": "{model} inspects from now on, on {runtime}.",
    "model_refused": "The model was not changed: {error}",
    "model_unusable": "{error}",
    "model_failing": "The model failed on {count} frames in a row, and they are not inspected: {error}",
    "recipe_changed": "Recipe {recipe} holds from now on.",
    "recipe_refused": "The recipe was not changed: {error}",
    "keeping_failed": "An inspection could not be kept, so the line was stopped: {error}",
    "model_failed": "The model failed on this frame: {error}",
}
"""English sentences by code. Parameters are formatted by ``str.format``."""


def word(reason: Reason, translate: Translate = str) -> str:
    """The reason as one sentence; an unknown code is shown as it is, with its parameters."""
    template = TEMPLATES.get(reason.code)
    if template is None:
        parameters = ", ".join(f"{key} {value}" for key, value in reason.parameters.items())
        return f"{reason.code} ({parameters})" if parameters else reason.code
    return translate(template).format(**reason.parameters)
