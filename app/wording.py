"""Reasons as sentences. Codes live in the store and in contract files; words are made when somebody reads them."""

from __future__ import annotations

from collections.abc import Callable

from app.words.reason import Reason

Translate = Callable[[str], str]

TEMPLATES: dict[str, str] = {
    "clean": "No defect found.",
    "below_limits": "Findings within the recipe's limits: {count:,}.",
    "nuisance_only": "Only {class_title} found; it never rejects.",
    "area_over_limit": "{class_title}: {area:,.0f} {unit} in this frame, over the limit of {limit:,.0f} {unit}.",
    "none_allowed": "{class_title}: {area:,.0f} {unit} in this frame; the recipe allows none.",
    "count_over_limit": "{class_title}: {count:,} findings in this frame, over the limit of {limit:,}.",
    "near_threshold": "{class_title} is uncertain: {probability:.0%} against a gate of {threshold:.0%}.",
    "gate_without_mask": "{class_title} is likely ({probability:.0%}), but no pixels of it were found.",
    "classified": "{class_title} is present: {probability:.0%} against a gate of {threshold:.0%}.",
    "dark": "The frame is dark: its brightest part has a mean of {mean:.1f} of 255, below {limit:.1f}.",
    "frozen": "The frame repeats the one before it pixel for pixel.",
    "lost": "The line was faster than the inspection; frames lost: {count:,}.",
    "paused": "Frames that went by while the inspection was paused: {count:,}.",
    "stopped": "Frames captured but not inspected when the line was stopped: {count:,}.",
    "unreadable": "{name} cannot be read as an image; replace the file or copy it again.",
    "truncated": "{name} is cut short; copy the file again.",
    "empty_file": "{name} is empty; copy the file again.",
    "interrupted": "{name} stopped giving frames; what ran by until it came back was not inspected.",
    "bad_name": "{name} has a line break or unreadable characters in its name; rename the file.",
    "too_small": "{name} is only {width}×{height} pixels; at least {least}×{least} are needed.",
    "labelled": "From the label file {file}.",
    "labelled_clean": "No row in the label file {file}.",
    "suspect_missing": "A model sees {class_name} where nothing is labelled.",
    "suspect_extra": "{class_name} is labelled where a model sees nothing.",
    "suspect_wrong_class": "{class_name} is labelled where a model sees another class.",
    "suspect_shifted": "The label of {class_name} lies beside what a model sees.",
    "suspect_too_large": "The label of {class_name} reaches past what a model sees.",
    "suspect_too_small": "A model sees more of {class_name} than is labelled.",
    "suspect_otherwise": "The label check found: {kind}.",
    "line_started": "The line runs: {source} with {model} on {runtime}.",
    "line_ended": "The line has ended; frames inspected: {count:,}.",
    "line_stopped": "The line was stopped.",
    "stop_late": "The line has not ended within {seconds:.0f} s; it ends as soon as the frame in work is done.",
    "source_opened": "{source} is open.",
    "source_ended": "{source} has ended; frames given: {count:,}.",
    "source_failed": "{error}",
    "model_changed": "{model} inspects from now on, on {runtime}.",
    "model_refused": "The model was not changed: {error}",
    "model_unusable": "{error}",
    "model_failing": "The model failed on {count} frames in a row, and they are not inspected: {error}",
    "order_failed": "{error}",
    "recipe_changed": "Recipe {recipe} holds from now on.",
    "recipe_refused": "The recipe was not changed: {error}",
    "keeping_failed": "An inspection could not be kept, so the line was stopped: {error}",
    "store_full": "The disk is full and nothing can be kept; free space on the store's disk and it goes on by itself.",
    "store_locked": "Another program holds the store's database; close it, then keeping goes on by itself.",
    "store_waiting": "The store cannot be written ({error}); it is tried again until it can.",
    "store_recovered": "The store is written again; nothing was lost.",
    "store_refused": "The store cannot keep {name}: {error}",
    "store_lost": "Inspections that could not be kept before the store was closed: {count:,}.",
    "store_failed": "The store met an error: {error}",
    "store_orphans": "{count} image files belong to no inspection; they were left in {folder} for you to look at.",
    "quota_full": "The kept images fill their {gigabytes:.1f} GB and none of them may go; review some, "
    "or passed frames keep no image.",
    "quota_free": "The kept images are below their {gigabytes:.1f} GB again; passed frames keep images as before.",
    "image_not_written": "The image of {name} was not kept: {error}",
    "image_not_kept": "The image of {name} was not kept.",
    "image_removed": "The image of {name} was removed to make room for newer ones.",
    "image_missing": "{path} is not there any more; put it back to see the frame.",
    "image_changed": "{path} has changed since it was inspected; put the original back to see the frame.",
    "image_unreadable": "{path} cannot be read as an image any more; put the original back to see the frame.",
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
