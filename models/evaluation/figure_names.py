"""What every figure is called, and what it says."""

from __future__ import annotations

HEADLINES: dict[str, tuple[str, str]] = {
    "mean_iou": ("Mean IoU", "pixels in common over pixels in either, a mean over the classes"),
    "background_iou": ("Background IoU", "the same of the pixels that no class has"),
    "mean_dice": ("Mean Dice", "twice the pixels in common over the pixels of both, a mean over the classes"),
    "foreground_dice": ("Foreground Dice", "Dice a frame, only where the frame holds the class"),
    "competition_dice": ("Dice a frame", "as Kaggle's Severstal competition counts: 1 where neither there nor drawn"),
    "accuracy": ("Accuracy", "share of frames told right in every class"),
    "mean_recall": ("Mean recall", "share of the frames with a class in which it is said, a mean over the classes"),
    "auroc": ("AUROC", "chance that a frame with a class scores above one without, a mean over the classes"),
    "defect_auroc": ("AUROC, defect or clean", "the same for any defect, by its most probable class"),
}
"""Figures over all classes: title, and what it says."""

_OTHERS = {
    "false_alarms": "False alarms on clean frames",
    "recall": "Recall",
    "drawn_recall": "Recall as drawn",
    "precision": "Precision",
    "f1": "F1",
    "iou": "IoU",
    "dice": "Dice",
}
_PROPER = frozenset({"AUROC", "Dice", "F1", "IoU"})
"""What keeps its capitals in the middle of a sentence."""


def figure_title(name: str) -> str:
    """A figure's title, as in 'Mean IoU'."""
    return HEADLINES[name][0] if name in HEADLINES else _OTHERS[name]


def figure_words(name: str) -> str:
    """A figure's name in the middle of a sentence, as in 'mean IoU'."""
    title = figure_title(name)
    proper = title.replace(",", "").split()[0] in _PROPER
    return title if proper else title[0].lower() + title[1:]
