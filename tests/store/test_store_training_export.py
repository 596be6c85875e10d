from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from store_examples import TAXONOMY, grain, make_correction, make_inspection, stack_with

from app.store import ImagePolicy, Store, StoreError
from app.store.training_export import cached_corrections, export_corrections
from app.words.correction import Correction, ReviewState
from app.words.inspection import Inspection, VerdictKind
from models.data.cache import DataCache
from models.data.collection import IGNORED, DataError
from models.data.corrections_folder import read_corrections
from models.data.crops import target_array
from models.data.readers import DataPlan, read_collection
from models.labels.taxonomy import DefectClass, Role, Taxonomy, make_taxonomy

KEEP_ALL = ImagePolicy(pass_share=1.0)


def _keep(store: Store, number: int, *classes: int, **other: object) -> Inspection:
    inspection = make_inspection(number, *classes, image=grain(number), kind=VerdictKind.REVIEW, **other)
    store.writer.put(inspection)
    return inspection


def _decide(store: Store, correction: Correction) -> None:
    store.writer.save_correction(correction).result(10)


@pytest.fixture
def store(open_store: Callable[..., Store]) -> Store:
    return open_store(KEEP_ALL)


@pytest.fixture
def reviewed(store: Store) -> Store:
    """A corrected, a confirmed and a clean frame of two strips; one unsure, one nobody looked at, one reopened."""
    first, second = (store.begin_strip(name, "sim:strip", "standard") for name in ("coil 1", "coil 2"))
    corrected = _keep(store, 0, 1, strip_id=first)
    _decide(store, make_correction(corrected, 2, 3))
    store.writer.save_correction(
        make_correction(_keep(store, 1, 3, strip_id=first), 3, state=ReviewState.CONFIRMED)
    ).result(10)
    store.writer.save_correction(
        make_correction(_keep(store, 2, 1, strip_id=second), state=ReviewState.VERIFIED_EMPTY)
    ).result(10)
    _decide(store, make_correction(_keep(store, 3, 1), 1, state=ReviewState.UNSURE))
    _keep(store, 4, 2)
    reopened = _keep(store, 5, 2)
    _decide(store, make_correction(reopened, 2))
    _decide(store, make_correction(reopened, 2, state=ReviewState.UNSURE))
    store.writer.flush()
    return store


def _numbers(names: tuple[str, ...]) -> list[str]:
    return [name.partition("-")[0] for name in names]


def test_what_a_person_decided_is_exported(reviewed, tmp_path):
    export = export_corrections(reviewed.folder, tmp_path / "out")
    assert (export.frames, export.without_image) == (3, 0)
    collection = read_corrections(export.folder)
    assert _numbers(collection.names) == ["frame000000", "frame000001", "frame000002"]
    assert collection.taxonomy.names == TAXONOMY.names
    for row, classes in enumerate([(2, 3), (3,), ()]):
        assert np.array_equal(collection.images[row], grain(row))
        assert np.array_equal(collection.stacks[row], stack_with(*classes))
    assert collection.origins[0] == collection.origins[1] != collection.origins[2]


def test_frames_of_no_strip_are_not_kept_together(store, tmp_path):
    for number in range(2):
        _decide(store, make_correction(_keep(store, number), 1))
    store.writer.flush()
    export_corrections(store.folder, tmp_path / "out")
    assert len(set(read_corrections(tmp_path / "out").origins)) == 2


def test_a_plan_learns_from_the_store(reviewed, tmp_path):
    export_corrections(reviewed.folder, tmp_path / "out")
    plan = DataPlan("store", "steel", ("defect",), folder=str(tmp_path / "out"))
    with pytest.raises(DataError, match=r"data\.map: The map does not name class 'pitting'"):
        read_collection(plan)
    mapped = read_collection(
        DataPlan(
            "store",
            "steel",
            ("scale", "other"),
            folder=str(tmp_path / "out"),
            map={"pitting": "other", "scratch": "other"},
        )
    )
    assert mapped.presence.tolist() == [[True, True], [True, False], [False, False]]


def test_ignored_pixels_stay_ignored(store, tmp_path):
    taxonomy = Taxonomy(
        "steel",
        (DefectClass(1, "pitting", "Pitting", "#ff0000"), DefectClass(2, "dirt", "Dirt", "#00ff00", role=Role.IGNORE)),
    )
    inspection = _keep(store, 0, taxonomy=taxonomy, stack=stack_with(1, taxonomy=taxonomy))
    correction = make_correction(inspection, 1, 2)
    store.writer.save_correction(
        replace(correction, taxonomy=taxonomy, stack=stack_with(1, 2, taxonomy=taxonomy))
    ).result(10)
    store.writer.flush()
    export_corrections(store.folder, tmp_path / "out")
    plan = DataPlan("store", "steel", ("pitting", "dirt"), folder=str(tmp_path / "out"))
    collection = read_collection(plan)
    assert collection.taxonomy.by_id(2).role is Role.IGNORE
    assert collection.presence.tolist() == [[True, False]]


@pytest.mark.parametrize("named", [{}, {"map": {"pitting": "pitting", "scratch": "pitting", "scale": ""}}])
def test_pixels_a_reviewer_ignored_need_no_class_in_the_plan(store, tmp_path, named):
    ignored = DefectClass(4, "ignored", "Ignored", "#9e9e9e", role=Role.IGNORE)
    wide = replace(TAXONOMY, classes=(*TAXONOMY.classes, ignored))
    marked = stack_with(1, taxonomy=wide)
    marked[4:9, 30:40] |= 8
    _decide(store, replace(make_correction(_keep(store, 0, 1), 1), taxonomy=wide, stack=marked))
    _decide(store, make_correction(_keep(store, 1, 2), 2))
    store.writer.flush()
    export_corrections(store.folder, tmp_path / "out")
    classes = ("pitting",) if named else TAXONOMY.names
    collection = read_collection(DataPlan("store", "steel", classes, folder=str(tmp_path / "out"), **named))
    assert collection.taxonomy.names == classes, "the network learns no class more"
    first, second = (target_array(collection, row, exclusive=True) for row in range(2))
    assert np.array_equal(first == IGNORED, (marked & 8) != 0)
    assert np.array_equal(first == 1, marked == 1)
    assert not (second == IGNORED).any()
    planes = target_array(collection, 0, exclusive=False)
    assert np.array_equal((planes == IGNORED).all(axis=2), (marked & 8) != 0)
    assert collection.subset([1]).ignored == (None,)
    assert collection.sha256() != replace(collection, ignored=()).sha256()


def test_classes_of_two_bundles_meet_by_name(store, tmp_path):
    other = make_taxonomy("other", ["dent", "scratch"])
    correction = make_correction(_keep(store, 0, 2), 2)
    _decide(store, correction)
    inspection = _keep(store, 1, taxonomy=other, stack=stack_with(1, taxonomy=other))
    later = make_correction(inspection, 1, 2)
    _decide(store, replace(later, taxonomy=other, stack=stack_with(1, 2, taxonomy=other)))
    store.writer.flush()
    export_corrections(store.folder, tmp_path / "out")
    collection = read_corrections(tmp_path / "out")
    names = collection.taxonomy.names
    assert sorted(names) == ["dent", "pitting", "scale", "scratch"]
    held = [{name for name, present in zip(names, row, strict=True) if present} for row in collection.presence]
    assert held == [{"scratch"}, {"dent", "scratch"}]


def test_of_one_image_the_newest_decision_counts(store, tmp_path):
    once = _keep(store, 0, 1)
    again = make_inspection(0, 2, image=grain(0), kind=VerdictKind.REVIEW)
    store.writer.put(again)
    _decide(store, make_correction(again, 2))
    _decide(store, make_correction(once, 3))
    store.writer.flush()
    assert export_corrections(store.folder, tmp_path / "out").frames == 1
    assert read_corrections(tmp_path / "out").presence.tolist() == [[False, False, True]]


def test_frames_whose_image_is_gone_are_counted(reviewed, tmp_path):
    kept = sorted((reviewed.folder / "images").rglob("*.png"))
    kept[0].unlink()
    export = export_corrections(reviewed.folder, tmp_path / "out")
    assert (export.frames, export.without_image) == (2, 1)
    shutil.rmtree(reviewed.folder / "images")
    with pytest.raises(StoreError, match="None of the 3 decided frames has an image any more"):
        export_corrections(reviewed.folder, tmp_path / "none")


def test_deep_and_coloured_images_become_eight_bits(store, tmp_path):
    deep = np.linspace(0, 65535, 32 * 48).reshape(32, 48).astype(np.uint16)
    colour = grain(7, (32, 48, 3))
    for number, image in enumerate((deep, colour)):
        inspection = make_inspection(number, image=image, kind=VerdictKind.REJECT)
        store.writer.put(inspection)
        _decide(store, make_correction(inspection, 1))
    store.writer.flush()
    export_corrections(store.folder, tmp_path / "out")
    collection = read_corrections(tmp_path / "out", channels=3)
    assert np.array_equal(collection.images[0][:, :, 0], np.rint(deep / 257).astype(np.uint8))
    assert np.array_equal(collection.images[1], colour)


def test_the_cache_holds_them_until_there_is_another_decision(reviewed, tmp_path):
    said: list[str] = []
    cache = DataCache(tmp_path / "cache", said.append)
    folder = cached_corrections(reviewed.folder, cache)
    assert cached_corrections(reviewed.folder, cache) == folder
    assert said == [f"3 corrected frames come from the store in {reviewed.folder}."]
    _decide(reviewed, make_correction(_keep(reviewed, 9), 1))
    reviewed.writer.flush()
    assert len(read_corrections(cached_corrections(reviewed.folder, cache))) == 4
    assert not folder.exists()


def test_a_store_without_decisions_and_a_folder_in_use_are_named(store, tmp_path):
    _keep(store, 0, 1)
    store.writer.flush()
    with pytest.raises(StoreError, match="holds no decision of a reviewer yet"):
        export_corrections(store.folder, tmp_path / "out")
    with pytest.raises(StoreError, match="There is no store in"):
        export_corrections(tmp_path / "nowhere", tmp_path / "out")
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "file").touch()
    with pytest.raises(StoreError, match="used is not empty"):
        export_corrections(store.folder, tmp_path / "used")


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (lambda folder: (folder / "taxonomy.json").unlink(), r"holds no corrections: .*taxonomy\.json is not there"),
        (lambda folder: (folder / "taxonomy.json").write_text("{"), "cannot be read"),
        (lambda folder: (folder / "frames.csv").write_text("ImageId\n1.png\n"), "cannot be read"),
        (lambda folder: (folder / "frames.csv").write_text("ImageId,Strip\n"), "holds no corrections; review some"),
        (lambda folder: (folder / "frames.csv").write_text("ImageId,Strip\n1.png,\n"), "in only one of images and"),
        (lambda folder: (folder / "labels.csv").unlink(), r"labels\.csv"),
    ],
)
def test_a_harmed_corrections_folder_is_named(reviewed, tmp_path, harm, sentence):
    harm(export_corrections(reviewed.folder, tmp_path / "out").folder)
    with pytest.raises(DataError, match=sentence):
        read_corrections(tmp_path / "out")
