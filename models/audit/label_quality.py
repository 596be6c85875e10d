"""Label quality: how well a frame's labels agree with what a model says of every pixel.

The idea is that of Lad and Mueller, 'Estimating label quality and errors in semantic segmentation data via any model'
(2023, https://arxiv.org/abs/2307.05080): the confidence c_i is the probability that the model gives to the label of
pixel i, and a mask is as good as the soft minimum of its confidences,

    softmin(c) = sum_i c_i exp((1 - c_i) / T) / sum_i exp((1 - c_i) / T),    T = 0.1.

A mean drowns a forgotten defect in the right background around it, a minimum is decided by one pixel of an outline.
With T = 0.1 a confidently wrong pixel weighs as much as 22,000 right ones: some ten pixels decide a small frame.

What is added here, and what it brought (share of planted errors among the first fifth of the ranking, mean of six to
eight draws: 600 images of NEU-Seg; 430 its bundle never saw; 200 rendered strips, on whose faint marks the bundle
of that measurement, of mean Dice 0.73, was often wrong):

- softmin over all pixels of the labelled class or background, as published:                      0.91, 0.89
- the least of one softmin a class and direction: a class the model sees where it is not labelled
  (``MISSED``) and a label the model does not see (``EXTRA``), so that neither outvotes the other: 0.92, 0.91
- pixels within one pixel of a label's outline are left out, for outlines are drawn by hand:       0.94, 0.93, 0.69
- confidences are the mean over the mirrored frame, which takes chance out of them:                0.96, 0.95, 0.75
- in place of each quality its geometric mean with the frame's place in it, the share of frames that
  are no better: what the model gets wrong everywhere is less suspicious:                          0.96, 0.95, 0.88
  (a better bundle for rendered strips: 0.90 without, 0.95 with the place)

What did not help: T = 0.05 or 0.2; tolerances from 3 px on (thin scratches vanish); smoothing the confidences (the
wrong pixels of a planted error are surer than those of an outline, and smoothing hides that); sums of logarithms,
counts of wrong pixels and the largest patch of them (0.77 to 0.90); the product instead of the least of the classes;
the place alone (0.84 on rendered strips) and distances from a class's median or quartile (0.54 to 0.79 there).
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from models.labels.masks import Mask, MaskStack, class_mask
from models.labels.taxonomy import Taxonomy

TEMPERATURE = 0.1
TOLERANCE_PX = 1

Floats = npt.NDArray[np.float32]

MISSED, EXTRA = 0, 1
"""The columns of ``label_qualities``."""


def softmin(confidences: Floats, temperature: float = TEMPERATURE) -> float:
    """The soft minimum of confidences, 0 to 1, of any shape; of none it is 1: nothing speaks against them."""
    if not confidences.size:
        return 1.0
    weights = np.exp((1 - confidences.astype(np.float64)) / temperature)
    return float((confidences * weights).sum() / weights.sum())


def label_qualities(stack: MaskStack, pixels: Floats, taxonomy: Taxonomy) -> npt.NDArray[np.float64]:
    """(K, 2) qualities, 0 to 1, of an (H, W) stack by (K, H, W) pixel probabilities: ``MISSED`` and ``EXTRA``.

    The soft minimum is taken over every pixel of the frame; one that a column does not ask about counts as right.
    Classes to ignore and unknown ones have quality 1, and their pixels count for no other class.
    """
    qualities = np.ones((len(taxonomy), 2))
    for defect in taxonomy:
        if not defect.role.left_out:
            for direction in (MISSED, EXTRA):
                confidences = confidences_of(stack, pixels, taxonomy, defect.id, direction)
                qualities[defect.id - 1, direction] = softmin(confidences)
    return qualities


def suspicions(qualities: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """(N, K, 2) suspicions, 0 to 1, of N frames' ``label_qualities``: 1 less the geometric mean with the place."""
    places = np.empty_like(qualities)
    count = len(qualities)
    for column in np.ndindex(qualities.shape[1:]):
        values = qualities[(slice(None), *column)]
        places[(slice(None), *column)] = np.searchsorted(np.sort(values), values, side="right") / max(count, 1)
    return np.asarray(1 - np.sqrt(qualities * places))


def confidences_of(stack: MaskStack, pixels: Floats, taxonomy: Taxonomy, class_id: int, direction: int) -> Floats:
    """(H, W) confidences in one class's label in one direction, 1 where the direction does not ask.

    ``MISSED`` asks every pixel farther than ``TOLERANCE_PX`` from the label, ``EXTRA`` every one deeper inside it.
    """
    label, probability = class_mask(stack, class_id), pixels[class_id - 1]
    asked = ~_grown(label) if direction == MISSED else ~_grown(~label)
    asked &= (stack & stack.dtype.type(taxonomy.left_out_bits)) == 0
    said = 1 - probability if direction == MISSED else probability
    return np.where(asked, said, np.float32(1)).astype(np.float32, copy=False)


def _grown(mask: Mask) -> Mask:
    side = 2 * TOLERANCE_PX + 1
    # Nothing outside the frame is known to be anything.
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    grown: Mask = cv2.dilate(mask.view(np.uint8), kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0) > 0
    return grown
