"""Checks that need no model: every kind of finding, and frames nothing is held against."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from models.audit import copies
from models.audit.frame_images import FrameImages
from models.audit.label_checks import check_labels
from models.audit.suspect import Suspect, SuspectKind, ranked
from models.labels.kaggle import read_kaggle
from models.labels.label_set import Decoded, FrameLabels, LabelError, LabelSet, numbered_taxonomy
from models.labels.masks import empty_stack

SIZE = (64, 96)


def frame(name, stack, stated=False):
    return FrameLabels(name, stack.shape, lambda: Decoded(stack), explicit_empty=stated)


def label_set(*frames):
    return LabelSet(numbered_taxonomy(2), {one.name: one for one in frames})


def drawn(*pieces, size=SIZE):
    stack = empty_stack(*size, 2)
    for class_id, place in pieces:
        stack[place] |= class_id
    return stack


def steel(random, size=SIZE):
    """Blotches as broad as those of real steel, so that they are still there in small."""
    return cv2.GaussianBlur(random.integers(0, 256, size).astype(np.uint8), (0, 0), 2.0) * 3


@pytest.fixture
def write(tmp_path):
    def images(**pictures):
        for name, image in pictures.items():
            cv2.imwrite(str(tmp_path / f"{name}.png"), image)
        return FrameImages(tmp_path)

    return images


def test_sound_labels_are_not_suspected(write, random):
    whole = drawn((1, np.s_[5:20, 5:20]))
    labels = label_set(frame("a.png", whole), frame("clean.png", drawn(), stated=True))
    assert check_labels(labels, write(a=steel(random), clean=steel(random))) == []


def test_an_overlap_is_its_share_of_the_smaller_class():
    # Class 2 has 100 px, 25 of them within class 1's 900.
    stack = drawn((1, np.s_[0:30, 0:30]), (2, np.s_[25:35, 25:35]))
    (found,) = check_labels(label_set(frame("a.png", stack)), None)
    assert (found.kind, found.class_id, found.score) == (SuspectKind.OVERLAP, 2, 0.25)
    assert found.note == "25 px carry several classes, 25% of this class."


def test_specks_and_frames_without_a_statement():
    speck = drawn((1, np.s_[0:30, 0:30]), (2, np.s_[40:42, 50:54]))
    nine = drawn((2, np.s_[40:43, 50:53]))
    found = check_labels(label_set(frame("s.png", speck), frame("n.png", nine), frame("u.png", drawn())), None)
    assert [(one.name, one.kind, one.score) for one in found] == [
        ("s.png", SuspectKind.SPECKS, 0.3),
        ("u.png", SuspectKind.UNSTATED, 0.5),
    ]
    assert found[0].box_px == (50, 40, 4, 2)


def test_rows_out_of_range_and_doubtful_ones(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text(
        "ImageId,ClassId,EncodedPixels\nend.png,1,6140 9\nclass.png,3,1 30\ntwice.png,1,1 30\ntwice.png,1,20 30\n"
        "odd.png,1,1 2 3\nnot.png,x,1 30\n"
    )
    found = check_labels(read_kaggle(path).label_set(SIZE, numbered_taxonomy(2)), None)
    worst = {one.name: (one.kind, one.score) for one in ranked(found)}
    assert worst == {
        "end.png": (SuspectKind.UNUSABLE, 1.0),
        "class.png": (SuspectKind.UNUSABLE, 1.0),
        "odd.png": (SuspectKind.UNUSABLE, 1.0),
        "not.png": (SuspectKind.UNUSABLE, 1.0),
        "twice.png": (SuspectKind.UNUSABLE, 0.6),
    }


def test_images_that_are_missing_torn_or_of_another_size(write, tmp_path, random):
    whole = drawn((1, np.s_[5:20, 5:20]))
    images = write(a=steel(random), low=steel(random, (32, 96)))
    (tmp_path / "torn.png").write_bytes(b"no image")
    images = FrameImages(tmp_path)
    labels = label_set(*(frame(f"{name}.png", whole) for name in ("a", "low", "torn", "gone")))
    found = {one.name: one for one in check_labels(labels, images)}
    assert {name: one.kind for name, one in found.items()} == {
        "low.png": SuspectKind.OTHER_SIZE,
        "torn.png": SuspectKind.NO_IMAGE,
        "gone.png": SuspectKind.NO_IMAGE,
    }
    assert all(one.score == 1 for one in found.values())
    assert found["low.png"].note.startswith("The image is 96×32 pixels and its labels 96×64")


TURNS = {
    "as it is": lambda picture: picture,
    "turned by 180°": lambda picture: picture[::-1, ::-1],
    "mirrored": lambda picture: picture[:, ::-1],
    "upside down": lambda picture: picture[::-1],
}


@pytest.mark.parametrize("words", TURNS)
def test_a_copy_labelled_otherwise_is_found_however_it_is_turned(write, random, words):
    image, turn = steel(random), TURNS[words]
    right, half = drawn((1, np.s_[10:30, 10:50])), drawn((1, np.s_[10:30, 10:26]))
    brighter = np.clip(turn(image).astype(int) + 20, 0, 255).astype(np.uint8)
    images = write(a=image, b=brighter, other=steel(random))
    labels = label_set(frame("a.png", right), frame("b.png", turn(half)), frame("other.png", half))
    one, other = check_labels(labels, images)
    assert {one.name, other.name} == {"a.png", "b.png"}
    assert one.kind is SuspectKind.COPIES_DIFFER
    assert one.score == pytest.approx(1 - 16 / 40)
    assert one.twin == "b.png"
    assert words in one.note
    same = label_set(frame("a.png", right), frame("b.png", turn(right)), frame("other.png", half))
    assert check_labels(same, images) == []


def test_a_defect_pasted_into_a_copy_is_labelled_rightly(write, random):
    image = steel(random)
    pasted = image.copy()
    pasted[10:18, 60:70] = 255 - pasted[10:18, 60:70]
    # The line's outline differs, too, as two people would draw it: that is no reason to suspect the other class.
    labels = label_set(
        frame("a.png", drawn((1, np.s_[40:60, 10:50]))),
        frame("b.png", drawn((1, np.s_[42:60, 10:50]), (2, np.s_[10:18, 60:70]))),
    )
    small = [cv2.resize(one, (96, 96), interpolation=cv2.INTER_AREA) for one in (image, pasted)]
    assert copies._same_turn(*small) == (1, 1), "as a whole they still count as copies"
    assert check_labels(labels, write(a=image, b=pasted)) == []
    found = check_labels(labels, write(a=image, b=image))
    assert [(one.kind, one.class_id) for one in found] == [(SuspectKind.COPIES_DIFFER, 2)] * 2


def test_the_worst_of_a_frame_counts_and_equals_stand_by_name():
    suspects = [
        Suspect("b", 0.3, SuspectKind.SPECKS), Suspect("b", 0.9, SuspectKind.OVERLAP),
        Suspect("c", 0.9, SuspectKind.EXTRA), Suspect("a", 0.1, SuspectKind.MISSING),
    ]  # fmt: skip
    assert [(one.name, one.kind.value) for one in ranked(suspects)] == [
        ("b", "overlap"), ("c", "extra"), ("a", "missing"),
    ]  # fmt: skip


def test_a_frames_image_is_found_by_name_then_by_its_only_stem(write, tmp_path, random):
    write(a=steel(random), b=steel(random))
    cv2.imwrite(str(tmp_path / "b.jpg"), steel(random))
    images = FrameImages(tmp_path)
    assert images.find("a.jpg") == tmp_path / "a.png"
    assert images.find("b.png") == tmp_path / "b.png"
    assert images.find("b.bmp") is None
    assert images.without(["a.tif", "b.jpg"]) == ("b.png",)


def test_suspects_are_written_and_read_again(tmp_path):
    from models.audit.suspects_file import SuspectRow, read_suspects, write_suspects

    suspects = [Suspect("a,b.png", 0.75, SuspectKind.WRONG_CLASS, 2, 1), Suspect("c.png", 1 / 3, SuspectKind.UNSTATED)]
    path = tmp_path / "suspects.csv"
    write_suspects(path, suspects, numbered_taxonomy(2))
    assert path.read_text() == (
        'ImageId,rank,score,kind,class\n"a,b.png",1,0.750000,wrong_class,class_2\nc.png,2,0.333333,unstated,\n'
    )
    assert read_suspects(path) == {
        "a,b.png": SuspectRow(0.75, "wrong_class", "class_2"),
        "c.png": SuspectRow(0.333333, "unstated", ""),
    }
    with pytest.raises(LabelError, match="cannot be read"):
        read_suspects(tmp_path / "nowhere.csv")
