"""Bytes to images: what the decoder is given is whole, and what comes out is grey or RGB in its own depth."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.sources.completeness import Completeness, completeness
from app.sources.decode import decode_image, read_image
from app.wording import word
from app.words.reason import Reason


def steel(height: int = 48, width: int = 64) -> npt.NDArray[np.uint8]:
    return np.random.default_rng(7).integers(20, 230, (height, width), dtype=np.uint8)


def encoded(suffix: str, pixels: npt.NDArray[np.uint8] | npt.NDArray[np.uint16]) -> bytes:
    done, data = cv2.imencode(suffix, pixels)
    assert done
    return bytes(data.tobytes())


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif"])
def test_grey_stays_grey_and_exact(suffix: str) -> None:
    image = decode_image(encoded(suffix, steel()), "a")
    assert not isinstance(image, Reason)
    assert np.array_equal(image, steel())


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_16_bits_are_kept(suffix: str) -> None:
    deep = steel().astype(np.uint16) * 251 + 3
    image = decode_image(encoded(suffix, deep), "a")
    assert not isinstance(image, Reason)
    assert image.dtype == np.uint16
    assert np.array_equal(image, deep)


def test_colour_comes_out_as_rgb_without_alpha() -> None:
    rgba = np.zeros((20, 30, 4), dtype=np.uint8)
    rgba[:] = (10, 20, 200, 128)  # OpenCV's order: blue, green, red, alpha
    image = decode_image(encoded(".png", rgba), "a")
    assert not isinstance(image, Reason)
    assert image.shape == (20, 30, 3)
    assert image[0, 0].tolist() == [200, 20, 10]


def test_jpeg_and_webp_are_read() -> None:
    smooth = np.tile(np.linspace(30, 200, 64).astype(np.uint8), (48, 1))
    for suffix in (".jpg", ".webp"):
        image = decode_image(encoded(suffix, smooth), "a")
        assert not isinstance(image, Reason)
        grey = image if image.ndim == 2 else image[:, :, 0]
        assert np.abs(grey.astype(int) - smooth).mean() < 4


@settings(max_examples=60, deadline=None)
@given(suffix=st.sampled_from([".png", ".jpg", ".bmp", ".tif", ".webp"]), share=st.floats(0.05, 0.995))
def test_a_file_cut_anywhere_never_becomes_an_image(suffix: str, share: float) -> None:
    data = encoded(suffix, steel())
    cut = decode_image(data[: int(len(data) * share)], "a.x")
    assert isinstance(cut, Reason)
    assert cut.code in ("truncated", "unreadable")


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".webp"])
def test_a_cut_file_is_said_to_be_cut_short(suffix: str) -> None:
    data = encoded(suffix, steel())
    reason = decode_image(data[: len(data) // 2], f"a{suffix}")
    assert isinstance(reason, Reason)
    assert reason.code == "truncated"
    assert word(reason) == f"a{suffix} is cut short; copy the file again."


def test_a_jpeg_whose_end_is_still_zeros_is_cut_short() -> None:
    data = encoded(".jpg", steel())
    half = data[: len(data) // 2] + bytes(len(data) - len(data) // 2)
    assert completeness(half) is Completeness.CUT_SHORT


def test_an_end_mark_in_an_embedded_thumbnail_is_not_the_end() -> None:
    data = encoded(".jpg", steel())
    thumbnail = b"\xff\xe1\x00\x08AB\xff\xd9CD"
    with_thumbnail = data[:2] + thumbnail + data[2:]
    assert completeness(with_thumbnail) is Completeness.COMPLETE
    assert completeness(with_thumbnail[: len(data) // 2]) is Completeness.CUT_SHORT


def test_a_tiff_cut_in_its_pixels_is_cut_short() -> None:
    # A hand-made TIFF: directory first, 16 by 16 pixels after it, so that a cut leaves the directory whole.
    entries = [(256, 16), (257, 16), (258, 8), (259, 1), (262, 1), (273, 200), (277, 1), (278, 16), (279, 256)]
    head = b"II*\x00" + (8).to_bytes(4, "little") + len(entries).to_bytes(2, "little")
    for tag, value in entries:
        head += tag.to_bytes(2, "little") + (4).to_bytes(2, "little") + (1).to_bytes(4, "little")
        head += value.to_bytes(4, "little")
    data = (head + bytes(4)).ljust(200, b"\x00") + bytes(range(256))
    image = decode_image(data, "a.tif")
    assert not isinstance(image, Reason)
    assert image.ravel().tolist() == list(range(256))
    reason = decode_image(data[:-1], "a.tif")
    assert isinstance(reason, Reason)
    assert reason.code == "truncated"


def test_a_flipped_bit_in_a_png_is_seen() -> None:
    data = bytearray(encoded(".png", steel()))
    data[len(data) // 2] ^= 4
    reason = decode_image(bytes(data), "a.png")
    assert isinstance(reason, Reason)
    assert reason.code == "unreadable"


def test_text_empty_tiny_and_missing_files(tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("this is no image")
    (tmp_path / "empty.png").touch()
    (tmp_path / "tiny.png").write_bytes(encoded(".png", steel(4, 30)))
    codes = {
        name: getattr(read_image(tmp_path / name, name), "code", "")
        for name in ("text.jpg", "empty.png", "tiny.png", "gone.png")
    }
    assert codes == {
        "text.jpg": "unreadable",
        "empty.png": "empty_file",
        "tiny.png": "too_small",
        "gone.png": "unreadable",
    }


def test_floating_point_pixels_are_no_frame() -> None:
    reason = decode_image(encoded(".tif", steel().astype(np.float32)), "a.tif")
    assert isinstance(reason, Reason)
    assert reason.code == "unreadable"


def test_a_broken_image_says_nothing_on_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    for suffix in (".png", ".jpg", ".bmp", ".tif", ".webp"):
        data = encoded(suffix, steel())
        for share in (0.01, 0.3, 0.9, 0.99):
            decode_image(data[: int(len(data) * share)], "a")
    assert capfd.readouterr().err == ""
