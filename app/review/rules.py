"""Drawing rules: which classes a person may change, and what becomes of the classes a newly drawn one meets.

Tools know pixels; what these mean for the mask stack is said here alone. Whatever a tool draws or takes away becomes
edits through ``DrawingRules``, so that no tool can forget that a class is locked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from app.review.edit import Edit, OverlapPolicy, class_bit, region
from app.review.tools.area import Area, Change, within
from app.review.tools.bridge import bridges
from app.review.tools.finding import Piece
from models.labels.masks import Mask, MaskStack
from models.labels.taxonomy import Taxonomy

Edits = tuple[Edit, ...]
"""The edits of one step, to be applied in order; empty where nothing may or need be done."""


@dataclass(frozen=True, slots=True)
class DrawingRules:
    """What may be drawn over what, in one taxonomy.

    ``overlap`` is the policy of each class when it is drawn, by class id; one that is not named has ``ALLOW``. With
    ``exclusive`` a pixel holds one class at most and every class has ``REPLACE``. ``locked`` and ``hidden`` class ids
    are protected: no tool draws them or takes them away, and where a class that would replace one meets it, the pixel
    stays as it is. Undo and redo are no tools: they bring back what was, whatever is locked by now.
    """

    taxonomy: Taxonomy
    exclusive: bool = False
    overlap: Mapping[int, OverlapPolicy] = field(default_factory=lambda: MappingProxyType({}))
    locked: frozenset[int] = frozenset()
    hidden: frozenset[int] = frozenset()

    @property
    def protected(self) -> frozenset[int]:
        """The ids of the classes no tool changes."""
        return self.locked | self.hidden

    @property
    def protected_bits(self) -> int:
        """The bits of the classes no tool changes."""
        return _bits(self.protected)

    @property
    def changeable(self) -> tuple[int, ...]:
        """The ids of the classes a tool may change, ascending."""
        return tuple(defect.id for defect in self.taxonomy if defect.id not in self.protected)

    def policy(self, class_id: int) -> OverlapPolicy:
        """What becomes of the classes under a pixel of ``class_id`` that is drawn."""
        return OverlapPolicy.REPLACE if self.exclusive else self.overlap.get(class_id, OverlapPolicy.ALLOW)

    def draw(self, stack: MaskStack, area: Area | None, class_id: int) -> Edits:
        """Draw a class over an area of the (H, W) ``stack``, which is only read, and only in the area's box."""
        return self._drawn(stack, area, class_id)

    def erase(self, stack: MaskStack, area: Area | None, class_ids: Iterable[int]) -> Edits:
        """Take classes away over an area; protected ones among them stay."""
        inside = None if area is None else within(area, _size(stack))
        bits = _bits(class_ids) & ~self.protected_bits
        return () if inside is None or not bits else (Edit(inside.box_px, inside.mask, clear=bits),)

    def change(self, stack: MaskStack, change: Change | None) -> Edits:
        """What a tool makes of one class: take away, then draw. Nothing at all where the class is protected."""
        if change is None or change.class_id in self.protected:
            return ()
        taken = self.erase(stack, change.removed, (change.class_id,))
        return (*taken, *self._drawn(stack, change.added, change.class_id))

    def draw_all(self, stack: MaskStack, drawn: Iterable[tuple[int, Area]]) -> Edits:
        """Draw (class id, pixels) one after the other: findings of another frame. Protected classes are left out."""
        return tuple(edit for class_id, area in drawn for edit in self.draw(stack, area, class_id))

    def delete(self, stack: MaskStack, piece: Piece) -> Edits:
        """Take a finding away; other classes under it stay."""
        return self.erase(stack, piece.area, (piece.class_id,))

    def merge(self, stack: MaskStack, pieces: Sequence[Piece], class_id: int, tip_px: int = 1) -> Edits:
        """Make findings one of ``class_id``, joined by the shortest bridges of a round tip.

        Nothing at all where one of the classes is protected. A bridge that meets a class it yields to stays broken.
        """
        if {class_id, *(piece.class_id for piece in pieces)} & self.protected:
            return ()
        moved = [e for piece in pieces for e in self.relabel(stack, piece.area, piece.class_id, class_id)]
        return (*moved, *self._drawn(stack, bridges(pieces, tip_px), class_id))

    def relabel(self, stack: MaskStack, area: Area, from_id: int, to_id: int) -> Edits:
        """Give the pixels of one class another. Nothing at all where either class is protected or both are one.

        Where the new class yields to one that is there, or meets a protected one it would replace, the pixel loses the
        old class and gains none.
        """
        if from_id == to_id or {from_id, to_id} & self.protected:
            return ()
        taken = self.erase(stack, area, (from_id,))
        return (*taken, *self._drawn(stack, area, to_id, gone=class_bit(from_id)))

    def _drawn(self, stack: MaskStack, area: Area | None, class_id: int, gone: int = 0) -> Edits:
        """``gone`` are bits that an edit before this one takes away, so that nothing yields to them."""
        self.taxonomy.by_id(class_id)
        inside = None if area is None else within(area, _size(stack))
        if inside is None or class_id in self.protected:
            return ()
        others = _bits(defect.id for defect in self.taxonomy if defect.id != class_id)
        policy, clear, blocking = self.policy(class_id), 0, 0
        if policy is OverlapPolicy.YIELD:
            blocking = others & ~gone
        elif policy is OverlapPolicy.REPLACE:
            clear, blocking = others & ~self.protected_bits, others & self.protected_bits
        mask = inside.mask & ~_holds(stack, inside, blocking) if blocking else inside.mask
        return (Edit(inside.box_px, mask, clear=clear, draw=class_bit(class_id)),) if mask.any() else ()


def _bits(class_ids: Iterable[int]) -> int:
    return sum(class_bit(class_id) for class_id in set(class_ids))


def _size(stack: MaskStack) -> tuple[int, int]:
    return stack.shape[0], stack.shape[1]


def _holds(stack: MaskStack, area: Area, bits: int) -> Mask:
    """Where in the area's box the stack has one of ``bits``."""
    held: Mask = (stack[region(area.box_px)] & stack.dtype.type(bits)) != 0
    return held
