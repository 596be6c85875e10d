"""Which images are kept, how, for how long, and what is said where one is gone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from store_examples import HEIGHT, WIDTH, grain, make_correction, make_inspection

from app.store import ImagePolicy, Store, StoreError
from app.store.columns import new_id
from app.store.images import ImageFolder, KeptFor, decode_image, encode_png, lot, why_keep
from app.words.correction import ReviewState
from app.words.frame import Frame, Image
from app.words.inspection import Inspection, VerdictKind
from app.words.reason import Reason

NONE_OF_THE_PASSES = ImagePolicy(pass_share=0.0)
FINAL = (ReviewState.CORRECTED, ReviewState.CONFIRMED, ReviewState.VERIFIED_EMPTY)


def files(folder: Path) -> set[str]:
    return {path.stem for path in (folder / "images").rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("kind", "suspicion", "kept_for"),
    [
        (VerdictKind.REJECT, 0.0, KeptFor.REJECT),
        (VerdictKind.REVIEW, 0.0, KeptFor.REVIEW),
        (VerdictKind.PASS, 0.5, KeptFor.NEAR_THRESHOLD),
        (VerdictKind.PASS, 0.49, None),
        (VerdictKind.NOT_INSPECTED, 0.0, None),
    ],
)
def test_the_policy_without_a_share_of_passes(kind: VerdictKind, suspicion: float, kept_for: KeptFor | None) -> None:
    inspection = make_inspection(kind=kind, suspicion=suspicion, image=grain(0))
    assert why_keep(inspection, NONE_OF_THE_PASSES) is kept_for
    expected = kept_for if kind in (VerdictKind.REJECT, VerdictKind.REVIEW) else None
    assert why_keep(inspection, NONE_OF_THE_PASSES, passes=False) is expected
    assert why_keep(make_inspection(kind=kind, suspicion=suspicion), NONE_OF_THE_PASSES) is None, "no image, none kept"


def test_the_share_of_passes_is_drawn_by_the_inspections_id() -> None:
    ids = [UUID(int=number) for number in range(20_000)]
    drawn = [key for key in ids if lot(key) < 0.02]
    assert drawn == [key for key in ids if lot(key) < 0.02]
    # Four standard deviations of a binomial draw.
    assert abs(len(drawn) - 400) < 4 * (20_000 * 0.02 * 0.98) ** 0.5
    inspection = make_inspection(id=drawn[0], image=grain(0))
    assert why_keep(inspection, ImagePolicy()) is KeptFor.SAMPLE
    assert why_keep(inspection, ImagePolicy(), passes=False) is None


def test_a_policy_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        ImagePolicy(pass_share=2)
    with pytest.raises(ValueError, match="quota of -1 bytes"):
        ImagePolicy(quota_bytes=-1)


@given(
    st.one_of(
        hnp.arrays(st.sampled_from([np.uint8, np.uint16]), st.tuples(st.integers(1, 9), st.integers(1, 9))),
        hnp.arrays(st.sampled_from([np.uint8, np.uint16]), st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))),
    )
)
@settings(deadline=None)
def test_png_is_lossless_grey_and_colour_8_and_16_bit(image: Image) -> None:
    after = decode_image(encode_png(image))
    assert after is not None
    assert after.dtype == image.dtype
    np.testing.assert_array_equal(after, image)


def test_a_kept_image_is_named_by_its_inspection_and_comes_back(store: Store, folder: Path) -> None:
    image = grain(1, (HEIGHT, WIDTH, 3))
    rejected = make_inspection(0, 1, kind=VerdictKind.REJECT, image=image)
    passed = make_inspection(1, image=image, id=UUID("0" * 32))
    assert lot(passed.id) > 0.02
    store.writer.put(rejected)
    store.writer.put(passed)
    store.writer.flush()
    assert files(folder) == {str(rejected.id)}
    reader = store.reader()
    loaded = reader.load(rejected.id)
    np.testing.assert_array_equal(loaded.inspection.frame.image, image)
    assert loaded.image_fault is None
    assert reader.load(rejected.id, image=False).inspection.frame.image is None
    assert reader.load(passed.id).image_fault == Reason("image_not_kept", {"name": "frame000001"})


def test_an_image_that_cannot_be_a_png_costs_the_image_not_the_inspection(store: Store, events: list[Reason]) -> None:
    odd = make_inspection(kind=VerdictKind.REJECT, image=np.zeros((HEIGHT, WIDTH, 7), np.uint8))
    store.writer.put(odd)
    store.writer.flush()
    assert store.reader().load(odd.id).inspection.frame.image is None
    assert [event.code for event in events] == ["image_not_written"]


class TestOriginals:
    """Frames from a folder: known by path, size and hash, not copied."""

    @pytest.fixture
    def image(self) -> Image:
        return grain(2)

    @pytest.fixture
    def inspection(self, tmp_path: Path, image: Image) -> Inspection:
        path = tmp_path / "steel" / "plate.png"
        path.parent.mkdir()
        cv2.imwrite(str(path), image)
        return make_inspection(kind=VerdictKind.REJECT, image=image, path=path, name="plate.png")

    def test_it_is_read_from_where_it_lies(
        self, store: Store, folder: Path, inspection: Inspection, image: Image
    ) -> None:
        store.writer.put(inspection)
        store.writer.flush()
        assert files(folder) == set()
        loaded = store.reader().load(inspection.id)
        np.testing.assert_array_equal(loaded.inspection.frame.image, image)
        assert loaded.inspection.frame.path == inspection.frame.path

    def test_a_changed_file_is_not_shown(self, store: Store, inspection: Inspection) -> None:
        store.writer.put(inspection)
        store.writer.flush()
        path = inspection.frame.path
        assert path is not None
        changed = bytearray(path.read_bytes())
        changed[-20] ^= 1
        path.write_bytes(changed)
        loaded = store.reader().load(inspection.id)
        assert loaded.inspection.frame.image is None
        assert loaded.image_fault == Reason("image_changed", {"path": str(path)})
        assert loaded.stack is not None, "the labels are still there"

    def test_a_missing_file_is_said(self, store: Store, inspection: Inspection) -> None:
        store.writer.put(inspection)
        store.writer.flush()
        path = inspection.frame.path
        assert path is not None
        path.unlink()
        assert store.reader().load(inspection.id).image_fault == Reason("image_missing", {"path": str(path)})

    def test_an_unreadable_file_keeps_its_own_fault(self, store: Store, tmp_path: Path) -> None:
        path = tmp_path / "broken.png"
        path.write_bytes(b"\x89PNG\r\n\x1a\nnothing more")
        fault = Reason("truncated", {"name": "broken.png"})
        frame = Frame("folder", 0, "broken.png", make_inspection().frame.time_utc, None, path=path, fault=fault)
        broken = make_inspection(frame=frame, stack=None, kind=VerdictKind.NOT_INSPECTED)
        store.writer.put(broken)
        store.writer.flush()
        assert store.reader().load(broken.id).image_fault == fault

    def test_a_videos_frame_is_kept_as_an_image(self, store: Store, folder: Path, inspection: Inspection) -> None:
        of_video = make_inspection(
            1, kind=VerdictKind.REJECT, image=grain(3), path=inspection.frame.path, name="plate.png#000001"
        )
        store.writer.put(of_video)
        store.writer.flush()
        assert files(folder) == {str(of_video.id)}


def test_what_a_reviewer_touched_is_kept(store: Store, folder: Path) -> None:
    image = grain(5)
    passed = make_inspection(image=image, id=UUID("0" * 32))
    store.writer.put(passed)
    store.writer.save_correction(make_correction(passed, 1), image).result(30)
    store.writer.save_correction(make_correction(passed, 2), grain(6)).result(30)
    assert files(folder) == {str(passed.id)}
    np.testing.assert_array_equal(store.reader().load(passed.id).inspection.frame.image, image)


class TestQuota:
    """Noise does not compress, so that every image has nearly the same size."""

    @pytest.fixture
    def size(self) -> int:
        return len(encode_png(grain(0)))

    @pytest.fixture
    def limited(self, open_store: Callable[..., Store], size: int) -> Store:
        """Room for three images and a half."""
        return open_store(ImagePolicy(pass_share=1.0, quota_bytes=int(3.5 * size)))

    def put(self, store: Store, numbers: range, kind: VerdictKind = VerdictKind.REJECT) -> list[Inspection]:
        put = [make_inspection(n, 1, kind=kind, image=grain(n)) for n in numbers]
        for inspection in put:
            store.writer.put(inspection)
        store.writer.flush()
        return put

    def decide(self, store: Store, inspection: Inspection, state: ReviewState) -> None:
        classes = () if state is ReviewState.VERIFIED_EMPTY else (1,)
        store.writer.save_correction(make_correction(inspection, *classes, state=state)).result(30)

    @pytest.mark.parametrize("state", FINAL)
    def test_the_oldest_reviewed_go_first(
        self, limited: Store, folder: Path, events: list[Reason], state: ReviewState
    ) -> None:
        kept = self.put(limited, range(3))
        self.decide(limited, kept[2], state)
        self.decide(limited, kept[1], state)
        more = self.put(limited, range(3, 4))
        assert files(folder) == {str(i.id) for i in (kept[0], kept[2], *more)}
        reader = limited.reader()
        gone = reader.load(kept[1].id)
        assert gone.image_fault == Reason("image_removed", {"name": "frame000001"})
        assert len(gone.corrections) == 1, "the image went, not what was said of it"
        assert events == []

    def test_unreviewed_unsure_and_held_ones_never_go(self, limited: Store, folder: Path, events: list[Reason]) -> None:
        kept = self.put(limited, range(5))
        self.decide(limited, kept[0], ReviewState.UNSURE)
        limited.writer.hold(kept[1].id).result(30)
        self.decide(limited, kept[1], ReviewState.CONFIRMED)
        passed = self.put(limited, range(5, 7), VerdictKind.PASS)
        rejected = self.put(limited, range(7, 8))
        assert files(folder) == {str(i.id) for i in (*kept, *rejected)}, "passes keep no image now, rejects still do"
        assert limited.reader().load(passed[0].id).image_fault == Reason("image_not_kept", {"name": "frame000005"})
        assert [event.code for event in events] == ["quota_full"], "said once"

    def test_passes_are_kept_again_when_something_may_go(
        self, limited: Store, folder: Path, events: list[Reason]
    ) -> None:
        kept = self.put(limited, range(5))
        for inspection in kept:
            self.decide(limited, inspection, ReviewState.CONFIRMED)
        passed = self.put(limited, range(5, 6), VerdictKind.PASS)
        assert [event.code for event in events] == ["quota_full", "quota_free"]
        assert str(passed[0].id) in files(folder)
        assert str(kept[4].id) in files(folder)
        assert len(files(folder)) == 3

    def test_a_released_image_may_go(self, limited: Store, folder: Path) -> None:
        kept = self.put(limited, range(4))
        limited.writer.hold(kept[0].id).result(30)
        self.decide(limited, kept[0], ReviewState.CONFIRMED)
        assert str(kept[0].id) in files(folder)
        limited.writer.hold(kept[0].id, held=False).result(30)
        limited.writer.flush()
        assert files(folder) == {str(i.id) for i in kept[1:]}

    def test_what_is_kept_counts_after_opening_again(
        self, limited: Store, folder: Path, open_store: Callable[..., Store], size: int
    ) -> None:
        kept = self.put(limited, range(3))
        self.decide(limited, kept[0], ReviewState.CONFIRMED)
        limited.close()
        again = open_store(ImagePolicy(quota_bytes=int(3.5 * size)))
        self.put(again, range(3, 4))
        assert str(kept[0].id) not in files(folder)
        assert len(files(folder)) == 3

    def test_a_removed_image_that_is_touched_again_is_kept_again(self, limited: Store, folder: Path) -> None:
        kept = self.put(limited, range(3))
        self.decide(limited, kept[0], ReviewState.CONFIRMED)
        self.put(limited, range(3, 4))
        assert str(kept[0].id) not in files(folder)
        self.decide(limited, kept[1], ReviewState.CONFIRMED)
        limited.writer.save_correction(make_correction(kept[0], 2), grain(0)).result(30)
        limited.writer.flush()
        np.testing.assert_array_equal(limited.reader().load(kept[0].id).inspection.frame.image, grain(0))

    def test_originals_do_not_count(self, limited: Store, tmp_path: Path, events: list[Reason], size: int) -> None:
        path = tmp_path / "large.png"
        cv2.imwrite(str(path), grain(0, (500, 500)))
        assert path.stat().st_size > 4 * size
        limited.writer.put(make_inspection(0, path=path, name="large.png"))
        self.put(limited, range(1, 4))
        assert events == []
        assert path.exists()


def test_holding_what_has_no_image_is_refused(store: Store) -> None:
    passed = make_inspection(image=None)
    store.writer.put(passed)
    with pytest.raises(StoreError, match="has no image"):
        store.writer.hold(passed.id).result(30)


def test_a_half_written_image_is_never_under_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_self: Path, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    images = ImageFolder(tmp_path)
    with pytest.raises(OSError, match="No space"):
        images.write(new_id(), make_inspection().frame.time_utc, grain(0))
    assert list(images.files()) == []


def test_a_full_disk_under_the_images_is_waited_for(
    store: Store, folder: Path, events: list[Reason], monkeypatch: pytest.MonkeyPatch
) -> None:
    write, refused = Path.write_bytes, []

    def full_twice(path: Path, data: bytes) -> int:
        if len(refused) < 2:
            refused.append(path)
            raise OSError(28, "No space left on device")
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", full_twice)
    rejected = make_inspection(kind=VerdictKind.REJECT, image=grain(0))
    store.writer.put(rejected)
    store.writer.flush()
    assert files(folder) == {str(rejected.id)}
    assert [event.code for event in events] == ["store_full", "store_recovered"]


def test_the_hash_in_the_database_is_that_of_the_file(store: Store, folder: Path) -> None:
    from app.store import schema

    store.writer.put(make_inspection(kind=VerdictKind.REJECT, image=grain(0)))
    store.writer.flush()
    (path,) = (folder / "images").rglob("*.png")
    with store.reader()._engine.connect() as connection:
        (row,) = connection.execute(schema.image.select())
    assert row.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert row.path == path.relative_to(folder / "images").as_posix()
    assert row.size_bytes == path.stat().st_size
