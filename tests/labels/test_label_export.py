"""Exports: manifest, read back before they take their place, losses said before, edited and foreign folders kept."""

from __future__ import annotations

import argparse
import hashlib
import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from label_samples import label_set_of, names_in

from app.commands import labels
from models.labels import export as export_module
from models.labels.export import Export, export_labels
from models.labels.formats import FORMATS, WriteOptions, format_by_key
from models.labels.label_set import LabelError, LabelSet, numbered_taxonomy
from models.labels.losses import Holds, LossError, LossKind, survey_losses
from models.labels.taxonomy import DefectClass, Role, Taxonomy

FULL = "ImageId_ClassId,EncodedPixels\na.png_1,1 3 7 1\na.png_2,\nb.png_1,\nb.png_2,4 3\nclean.png_1,\nclean.png_2,\n"
SUFFIXES = {"kaggle": ".csv", "coco": ".json", "cvat": ".xml"}


@pytest.fixture
def full(tmp_path):
    """A label CSV with three frames of 3×4 pixels."""
    path = tmp_path / "in" / "full.csv"
    path.parent.mkdir()
    path.write_text(FULL)
    return path


def run(*words):
    """Call the command in this process; the exit code."""
    parser = argparse.ArgumentParser("stripsight")
    labels.add_parser(parser.add_subparsers(dest="command"))
    return labels.run(parser.parse_args(["labels", *map(str, words)]))


def convert(source, target, key, *words):
    return run("convert", source, target, "--to", key, "--size", "3x4", *words)


def target_of(tmp_path, key):
    return tmp_path / "out" / f"labels{SUFFIXES.get(key, '')}"


@pytest.mark.parametrize("key", [one.key for one in FORMATS])
def test_the_manifest_says_who_when_and_what(tmp_path, full, key, capsys):
    target = target_of(tmp_path, key)
    assert convert(full, target, key, "--by", "a person") == 0
    manifest = json.loads((target.parent / f"{target.name}.manifest.json").read_text())
    assert (manifest["by"], manifest["name"], manifest["format"]) == ("a person", target.name, key)
    assert manifest["source"] == {
        "name": "full.csv",
        "format": "kaggle",
        "sha256": hashlib.sha256(full.read_bytes()).hexdigest(),
    }
    age = datetime.now(UTC) - datetime.fromisoformat(manifest["written_utc"])
    assert timedelta(0) <= age < timedelta(minutes=5)
    assert [one["name"] for one in manifest["taxonomy"]["classes"]] == ["class_1", "class_2"]
    assert manifest["counts"]["frames"] == (2 if key == "kaggle" else 3)
    assert manifest["counts"]["classes"] == {
        "class_1": {"frames": 1, "pixels": 4},
        "class_2": {"frames": 1, "pixels": 3},
    }
    files = [target] if target.is_file() else [path for path in target.rglob("*") if path.is_file()]
    assert manifest["files"] == {
        path.name if target.is_file() else path.relative_to(target).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in files
    }
    from_source = manifest["difference"]["from_source"]
    assert (from_source["changed"], from_source["dice"], from_source["added_px"]) == (0, 1.0, 0)
    assert from_source["only_before"] == (["clean.png"] if key == "kaggle" else [])
    assert manifest["difference"]["from_earlier_export"] is None
    assert f"{target.name}.manifest.json says who" in capsys.readouterr().out


def test_who_is_the_operator_where_nobody_is_named(tmp_path, full, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "somebody")
    assert convert(full, target_of(tmp_path, "coco"), "coco") == 0
    assert json.loads((tmp_path / "out" / "labels.json.manifest.json").read_text())["by"] == "somebody"


@pytest.mark.parametrize("key", [one.key for one in FORMATS])
def test_a_second_export_takes_the_place_of_the_first_and_says_what_changed(tmp_path, full, key, capsys):
    target = target_of(tmp_path, key)
    style = ["--style", "full"] if key == "kaggle" else []
    assert convert(full, target, key, *style) == 0
    full.write_text(FULL.replace("1 3 7 1", "2 4").replace("clean.png_1,", "clean.png_1,5 2"))
    capsys.readouterr()
    assert convert(full, target, key, *style) == 0
    assert (
        "Against what lay there before: 2 of 3 frame(s) changed, 4 pixel(s) added, 2 removed, Dice 0.6250."
        in capsys.readouterr().out
    )
    manifest = json.loads((target.parent / f"{target.name}.manifest.json").read_text())
    earlier = manifest["difference"]["from_earlier_export"]
    assert (earlier["changed"], earlier["added_px"], earlier["removed_px"]) == (2, 4, 2)
    assert [frame["ImageId"] for frame in earlier["frames_changed"]] == ["a.png", "clean.png"]
    assert run("diff", full, target, "--size", "3x4") == 0
    assert "0 of 3 frame(s) changed" in capsys.readouterr().out
    assert names_in(target.parent) == [target.name, f"{target.name}.manifest.json"]


@pytest.mark.parametrize("key", [one.key for one in FORMATS])
@pytest.mark.parametrize("stage", ["write", "read back", "manifest"])
def test_an_export_that_fails_half_way_leaves_the_old_one(tmp_path, full, key, stage, monkeypatch, capsys):
    target = target_of(tmp_path, key)
    assert convert(full, target, key) == 0
    before = {path: path.read_bytes() for path in target.parent.rglob("*") if path.is_file()}
    full.write_text(FULL.replace("1 3 7 1", "2 4"))

    def fail(*_, **__):
        raise OSError(28, "No space left on device")

    if stage == "write":
        monkeypatch.setattr("os.fsync", fail)
    else:
        monkeypatch.setattr(export_module, "_read_back" if stage == "read back" else "manifest_json", fail)
    if stage == "write" and key == "png":
        monkeypatch.setattr("pathlib.Path.write_bytes", fail)
    assert convert(full, target, key) == 1
    assert "No space left on device" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in target.parent.rglob("*") if path.is_file()} == before
    assert names_in(target.parent) == [target.name, f"{target.name}.manifest.json"]


@pytest.mark.parametrize("key", [one.key for one in FORMATS if one.folder])
def test_a_folder_with_other_files_or_edited_ones_is_kept(tmp_path, full, key, capsys):
    target = target_of(tmp_path, key)
    target.mkdir(parents=True)
    (target / "holiday.png").write_bytes(b"a picture")
    assert convert(full, target, key) == 1
    assert f"{target} holds holiday.png, which no export wrote; name a new or empty folder." in capsys.readouterr().err
    (target / "holiday.png").unlink()
    assert convert(full, target, key) == 0
    edited = max((path for path in target.rglob("*") if path.is_file()), key=lambda path: path.name)
    edited.write_bytes(edited.read_bytes() + b"\n")
    capsys.readouterr()
    assert convert(full, target, key) == 1
    assert f"{edited} was edited after its export" in capsys.readouterr().err
    assert names_in(target.parent) == [target.name, f"{target.name}.manifest.json"]


def test_what_does_not_come_back_is_not_written(tmp_path, monkeypatch):
    other = label_set_of({"a.png": np.array([[0, 1]], dtype=np.uint8)}, 1)
    kaggle = format_by_key("kaggle")
    lying = type(kaggle)(
        *(getattr(kaggle, name) for name in ("key", "title", "folder", "holds", "recognise")),
        lambda *_: other,
        kaggle.write,
    )
    given = label_set_of({"a.png": np.array([[1, 1]], dtype=np.uint8)}, 1)
    export = Export(given, lying, tmp_path / "out.csv", WriteOptions(), "somebody")
    with pytest.raises(LabelError, match=r"a\.png does not come back from Kaggle run-length CSV as it was"):
        export_labels(export, export.survey())
    assert names_in(tmp_path) == []


# --- losses ---


def test_overlaps_are_said_with_frames_and_counts_and_need_a_go_ahead(tmp_path, full, capsys):
    full.write_text(FULL + "both.png_1,1 3\nboth.png_2,2 5\n")
    target = target_of(tmp_path, "png")
    assert convert(full, target, "png") == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[:2] == [
        "2 pixel(s) in 1 frame(s) carry several classes; the lowest class id would stay.",
        "  both.png: 2 pixel(s)",
    ]
    assert "add --lossy to go ahead, or convert to another format" in err
    assert not target.parent.exists()
    assert convert(full, target, "png", "--lossy") == 0
    assert "  both.png: 2 pixel(s)" in capsys.readouterr().err
    manifest = json.loads((tmp_path / "out" / "labels.manifest.json").read_text())
    assert [(loss["kind"], loss["frames"]) for loss in manifest["losses"]] == [("overlap", {"both.png": 2})]
    (changed,) = manifest["difference"]["from_source"]["frames_changed"]
    assert (changed["ImageId"], changed["removed_px"], changed["added_px"]) == ("both.png", 2, 0)
    assert changed["classes"]["class_2"]["removed_px"] == 2


@pytest.mark.parametrize("key", ["coco", "png", "labelme", "yolo", "cvat"])
def test_frames_that_are_not_wholly_known_are_said_before_with_their_rows(tmp_path, full, key, capsys):
    full.write_text(FULL + "half.png_1,1 3\nhalf.png_2,9 9\n")
    target = target_of(tmp_path, key)
    assert convert(full, target, key) == 1
    err = capsys.readouterr().err
    assert "1 frame(s) are not wholly known" in err
    assert "  half.png: the frame" in err
    assert f"{full}, line 9, half.png: The run at '9 9' ends at pixel 17" in err
    assert not target.parent.exists()
    assert convert(full, target, key, "--lossy") == 0
    assert f"{target}: 3 of 4 frame(s)" in capsys.readouterr().out


def with_roles():
    taxonomy = Taxonomy(
        "steel",
        (
            DefectClass(1, "pit", "Pit", "#112233"),
            DefectClass(2, "water", "Water", "#445566", role=Role.NUISANCE),
            DefectClass(3, "blur", "Blur", "#778899", role=Role.IGNORE),
            DefectClass(4, "odd", "Odd", "#99aabb", role=Role.UNKNOWN),
        ),
    )
    return label_set_of({"a.png": np.array([[1, 2, 4, 8]], np.uint8), "b.png": np.array([[1]], np.uint8)}, 4, taxonomy)


@pytest.mark.parametrize(
    ("key", "lost"),
    [("kaggle", True), ("png", True), ("yolo", True), ("coco", False), ("labelme", False), ("cvat", False)],
)
def test_pixels_to_ignore_of_a_nuisance_or_unknown_are_a_loss_where_no_role_can_be_written(tmp_path, key, lost):
    export = Export(with_roles(), format_by_key(key), target_of(tmp_path, key), WriteOptions(), "somebody")
    survey = export.survey()
    assert [(loss.kind, dict(loss.frames)) for loss in survey.losses] == (
        [(LossKind.ROLE, {"a.png": 3})] if lost else []
    )
    if lost:
        with pytest.raises(LossError, match="could not hold everything"):
            export_labels(export, survey)
        assert not export.path.parent.exists()
    else:
        assert export_labels(export, survey).written.frames == 2


def test_names_that_cannot_be_files_are_a_loss():
    one = np.array([[1]], np.uint8)
    given = label_set_of(dict.fromkeys(("a.jpg", "A.bmp", "b/c.jpg", "d.jpg"), one), 1)
    (loss,) = survey_losses(given.taxonomy, given.frames.values(), Holds(file_suffix=".txt")).losses
    assert loss.kind is LossKind.NAME
    assert list(loss.frames) == ["A.bmp", "b/c.jpg"]
    assert survey_losses(given.taxonomy, given.frames.values(), Holds()).losses == ()


def test_more_frames_than_can_be_named_are_counted(tmp_path, full, capsys):
    full.write_text("ImageId,ClassId,EncodedPixels\n" + "".join(f"{n}.png,1,1 2\n{n}.png,2,2 2\n" for n in range(30)))
    assert convert(full, target_of(tmp_path, "png"), "png") == 1
    err = capsys.readouterr().err.splitlines()
    assert err[0].startswith("30 pixel(s) in 30 frame(s)")
    assert err[21] == "  and 10 more"


def test_an_empty_set_is_not_written(tmp_path):
    nothing = LabelSet(numbered_taxonomy(1), {})
    export = Export(nothing, format_by_key("yolo"), tmp_path / "out", WriteOptions(), "somebody")
    with pytest.raises(LabelError, match=r"Nothing was written to .*out, for no frame"):
        export_labels(export, export.survey())
    assert names_in(tmp_path) == []


@pytest.mark.parametrize(
    "words", [("kaggle", "--shapes", "polygons"), ("yolo", "--shapes", "masks"), ("coco", "--style", "full")]
)
def test_options_of_another_format_are_a_wrong_call(tmp_path, full, words, capsys):
    assert convert(full, tmp_path / "out", *words) == 2
    assert "leave it out" in capsys.readouterr().err
    assert names_in(tmp_path) == ["in"]
