"""Folders of index PNGs: there and back, palettes and few bits, damaged files, and what an index mask cannot hold."""

from __future__ import annotations

import struct
import tempfile
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from label_samples import names_in, stacks

from models.labels.index_png import (
    PngError,
    png_name,
    read_index,
    read_index_folder,
    refuse_overlaps,
    write_index_folder,
)
from models.labels.label_set import Decoded, FrameLabels, LabelError, LabelSet, NothingConvertedError, numbered_taxonomy

INDEX = np.array([[0, 1, 2, 3, 1], [3, 0, 1, 2, 0], [1, 1, 0, 0, 3]], dtype=np.uint8)


def label_set(named_stacks, class_count=3):
    return LabelSet(
        numbered_taxonomy(class_count),
        {
            name: FrameLabels(name, stack.shape, lambda stack=stack: Decoded(stack), not stack.any())
            for name, stack in named_stacks.items()
        },
    )


def png(index, depth, colour_type, extra=()):
    """A PNG made by hand: ``depth`` bits a sample, colour type 0 grey or 3 palette."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    height, width = index.shape
    bits = np.unpackbits(index[..., None], axis=-1)[..., 8 - depth :].reshape(height, -1)
    rows = b"".join(b"\0" + np.packbits(row).tobytes() for row in bits)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)),
            *(chunk(kind, body) for kind, body in extra),
            chunk(b"IDAT", zlib.compress(rows)),
            chunk(b"IEND", b""),
        ]
    )


@given(st.dictionaries(st.from_regex(r"[a-z_]{1,8}\.(png|jpg)", fullmatch=True), stacks(9, overlapping=False)))
def test_there_and_back_to_the_pixel(drawn):
    by_file = {png_name(name): stack for name, (stack, _) in drawn.items()}
    labels = label_set({name: stack for name, (stack, _) in drawn.items() if by_file[png_name(name)] is stack}, 9)
    if not labels.frames:
        return
    with tempfile.TemporaryDirectory() as folder:
        written = write_index_folder(labels, labels.frames.values(), Path(folder))
        back = read_index_folder(Path(folder), labels.taxonomy)
        assert written.problems == back.problems == ()
        assert sorted(back.frames) == sorted(by_file)
        for name, frame in back.frames.items():
            np.testing.assert_array_equal(frame.decode().stack, by_file[name])
            assert frame.explicit_empty or by_file[name].any()


@pytest.mark.parametrize(
    ("frame", "file"),
    [
        ("a.jpg", "a.png"),
        ("a.PNG", "a.png"),
        ("coil.7.tiff", "coil.7.png"),
        ("clip.mp4#000012", "clip.mp4#000012.png"),
        ("plain", "plain.png"),
    ],
)
def test_the_masks_name(frame, file):
    assert png_name(frame) == file


@pytest.mark.parametrize("depth", [2, 4, 8])
@pytest.mark.parametrize("palette", [False, True])
def test_indices_are_the_numbers_stored_whatever_the_bits_and_the_palette(tmp_path, depth, palette):
    path = tmp_path / "mask.png"
    colours = [(b"PLTE", bytes([0, 0, 0, 200, 0, 0, 0, 200, 0, 0, 0, 200])), (b"tRNS", b"\0\xff\xff\xff")]
    path.write_bytes(png(INDEX, depth, 3 if palette else 0, colours if palette else ()))
    np.testing.assert_array_equal(read_index(path), INDEX)


def test_one_bit_and_sixteen_bits(tmp_path):
    path = tmp_path / "mask.png"
    path.write_bytes(png(INDEX & 1, 1, 0))
    np.testing.assert_array_equal(read_index(path), INDEX & 1)
    path.write_bytes(cv2.imencode(".png", INDEX.astype(np.uint16))[1].tobytes())
    np.testing.assert_array_equal(read_index(path), INDEX)


def test_grey_in_three_channels_is_taken_and_colour_is_not(tmp_path):
    path = tmp_path / "mask.png"
    colour = np.repeat(INDEX[..., None], 3, axis=2)
    path.write_bytes(cv2.imencode(".png", colour)[1].tobytes())
    np.testing.assert_array_equal(read_index(path), INDEX)
    colour[0, 0, 1] = 9
    path.write_bytes(cv2.imencode(".png", colour)[1].tobytes())
    with pytest.raises(PngError, match="colour picture"):
        read_index(path)


def test_every_cut_and_every_flipped_byte_is_noticed(tmp_path, capfd):
    whole = png(INDEX, 8, 0)
    path = tmp_path / "mask.png"
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(PngError, match=r"empty|no PNG|cut short"):
            read_index(path)
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        with pytest.raises(PngError, match=r"no PNG|damaged|cut short"):
            read_index(path)
    assert capfd.readouterr().err == ""


def test_wrong_files_are_named_and_the_rest_goes_on(tmp_path):
    (tmp_path / "a.png").write_bytes(png(INDEX, 8, 0))
    (tmp_path / "broken.png").write_bytes(png(INDEX, 8, 0)[:-20])
    (tmp_path / "grey.png").write_bytes(cv2.imencode(".png", np.full((3, 3), 200, dtype=np.uint8))[1].tobytes())
    (tmp_path / "z.PNG").write_bytes(png(INDEX * 0, 8, 0))
    (tmp_path / "notes.txt").write_text("not a mask")
    labels = read_index_folder(tmp_path)
    assert list(labels.frames) == ["a.png", "z.PNG"]
    assert [problem.image for problem in labels.problems] == ["broken.png", "grey.png"]
    assert "holds the value 200" in labels.problems[1].sentence
    assert len(labels.taxonomy) == 3


def test_an_index_past_the_given_classes_makes_the_frame_incomplete(tmp_path):
    (tmp_path / "a.png").write_bytes(png(INDEX, 8, 0))
    decoded = read_index_folder(tmp_path, numbered_taxonomy(2)).frames["a.png"].decode()
    assert not decoded.complete
    assert "value 3" in decoded.problems[0].sentence


def test_a_file_that_goes_away_is_a_problem_of_its_frame(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(png(INDEX, 8, 0))
    labels = read_index_folder(tmp_path)
    path.unlink()
    decoded = labels.frames["a.png"].decode()
    assert not decoded.complete
    assert "cannot be read" in decoded.problems[0].sentence


def test_overlaps_are_refused_with_their_count():
    labels = label_set({"a.jpg": np.array([[1, 2], [0, 4]]), "b.jpg": np.array([[3, 7]]), "c.jpg": np.array([[5]])})
    with pytest.raises(LabelError, match=r"3 pixel\(s\) in 2 frame\(s\).*b\.jpg with 2.*kaggle or coco"):
        refuse_overlaps(labels.frames.values())


def test_frames_that_would_share_a_mask_or_leave_the_folder_are_left_out(tmp_path):
    folder = tmp_path / "masks"
    names = ["a.jpg", "a.bmp", "A.jpg", "../out.jpg", "/out.jpg", "b\\c.jpg", "d.jpg"]
    labels = label_set({name: np.array([[1]], dtype=np.uint8) for name in names})
    written = write_index_folder(labels, labels.frames.values(), folder)
    assert names_in(folder) == ["a.png", "d.png"]
    assert names_in(tmp_path) == ["masks"]
    assert [problem.image for problem in written.problems] == names[1:6]
    assert (written.frames, written.rows) == (2, 2)


def test_what_is_not_known_is_not_written_as_background(tmp_path):
    empty = np.zeros((2, 2), dtype=np.uint8)
    labels = LabelSet(
        numbered_taxonomy(1),
        {
            "unknown.jpg": FrameLabels("unknown.jpg", (2, 2), lambda: Decoded(empty)),
            "partly.jpg": FrameLabels("partly.jpg", (2, 2), lambda: Decoded(empty + 1, complete=False)),
        },
    )
    with pytest.raises(NothingConvertedError) as caught:
        write_index_folder(labels, labels.frames.values(), tmp_path)
    assert [problem.image for problem in caught.value.problems] == ["unknown.jpg", "partly.jpg"]
    assert not names_in(tmp_path)


def test_a_folder_without_masks_is_refused(tmp_path):
    with pytest.raises(LabelError, match="has no PNG file"):
        read_index_folder(tmp_path)
    with pytest.raises(LabelError, match="cannot be read"):
        read_index_folder(tmp_path / "nowhere")
