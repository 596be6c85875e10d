from __future__ import annotations

import functools
import http.server
import io
import socket
import sys
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import fsspec
import numpy as np
import pytest

from models.data.cache import DataCache
from models.data.collection import DataError
from models.data.places import local_file, local_folder
from models.data.readers import DataPlan, read_collection

CSV = "ImageId,ClassId,EncodedPixels\n1.png,1,1 2\n"


def _files(top: str = "") -> dict[str, bytes]:
    """Two frames as a Kaggle folder and as an index folder."""
    files = {f"{top}train.csv": CSV.encode()}
    for number in (1, 2):
        mask = np.zeros((4, 5), np.uint8)
        mask[:2, 0] = number == 1
        for part in ("images", "masks"):
            files[f"{top}{part}/{number}.png"] = cv2.imencode(".png", mask)[1].tobytes()
    return files


def _zip(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def cache(tmp_path, said) -> DataCache:
    return DataCache(tmp_path / "cache", said.append)


@pytest.fixture
def archive(tmp_path) -> Path:
    path = tmp_path / "Steel Set.zip"
    path.write_bytes(_zip({**_files(), "__MACOSX/images/._1.png": b"litter"}))
    return path


@pytest.fixture
def memory() -> Iterator[fsspec.AbstractFileSystem]:
    system = fsspec.filesystem("memory")
    yield system
    system.store.clear()
    system.pseudo_dirs[:] = [""]


@pytest.fixture
def server(tmp_path) -> Iterator[tuple[str, Path]]:
    """A web server on loopback: its address and its folder."""
    folder = tmp_path / "served"
    folder.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))) as served:
        thread = threading.Thread(target=served.serve_forever, name="test-http", daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{served.server_address[1]}", folder
        served.shutdown()
        thread.join(10)


def _index(folder: str) -> DataPlan:
    return DataPlan("index_folder", "made-up", ("a",), folder=folder)


def _kaggle(folder: str, labels: str) -> DataPlan:
    return DataPlan("kaggle_folder", "made-up", ("a",), folder=folder, labels=labels, unlabelled_are_clean=True)


def test_a_zip_file_is_a_folder(archive, cache):
    collection = read_collection(_index(str(archive)), cache)
    assert collection.names == ("1.png", "2.png")
    assert [int(np.count_nonzero(stack)) for stack in collection.stacks] == [2, 0]


def test_a_path_leads_into_a_zip_file(archive, cache):
    collection = read_collection(_kaggle(f"{archive}/images", f"{archive}/train.csv"), cache)
    assert [int(np.count_nonzero(stack)) for stack in collection.stacks] == [2, 0]


def test_an_archive_of_one_folder_is_that_folder(tmp_path, cache):
    path = tmp_path / "set.zip"
    path.write_bytes(_zip(_files("neu_seg/")))
    assert len(read_collection(_index(str(path)), cache)) == 2
    assert len(read_collection(_index(f"{path}/neu_seg"), cache)) == 2


def test_a_zip_file_stands_for_the_file_it_holds(tmp_path, cache, archive):
    packed = tmp_path / "train.csv.zip"
    packed.write_bytes(_zip({"train.csv": CSV.encode()}))
    assert local_file(str(packed), "labels", cache).read_text() == CSV
    with pytest.raises(DataError, match=r"Steel Set\.zip holds images, masks, train\.csv; name one of its files"):
        local_file(str(archive), "labels", cache)


def test_a_zip_file_is_unpacked_once_and_again_when_it_changes(archive, cache):
    first = local_folder(str(archive), "folder", cache)
    (first / "mark").touch()
    assert (local_folder(str(archive), "folder", cache) / "mark").exists()
    archive.write_bytes(_zip({**_files(), "images/3.png": b""}))
    second = local_folder(str(archive), "folder", cache)
    assert (second / "images" / "3.png").exists()
    # The older version is forgotten, and nothing half done lies about.
    assert [path for path in second.parent.iterdir() if path != second] == []


def test_members_stay_inside_the_cache(tmp_path, cache):
    path = tmp_path / "evil.zip"
    path.write_bytes(_zip({"../../escaped.txt": b"x", "/etc/absolute.txt": b"x", "images/1.png": b""}))
    folder = local_folder(str(path), "folder", cache)
    assert not (tmp_path / "escaped.txt").exists()
    assert {file.name for file in folder.rglob("*.txt")} == {"escaped.txt", "absolute.txt"}
    with pytest.raises(DataError, match=r"evil\.zip holds no '\.\./\.\.'"):
        local_folder(f"{path}/../..", "folder", cache)


def _not_a_zip(whole: bytes) -> bytes:
    return b"no zip at all"


def _cut_short(whole: bytes) -> bytes:
    return whole[: len(whole) // 2]


def _flipped(whole: bytes) -> bytes:
    at = whole.index(b"train.csv") + 20
    return whole[:at] + bytes(255 - byte for byte in whole[at : at + 8]) + whole[at + 8 :]


@pytest.mark.parametrize("harm", [_not_a_zip, _cut_short, _flipped])
def test_a_broken_zip_file_is_named(archive, cache, harm):
    archive.write_bytes(harm(archive.read_bytes()))
    with pytest.raises(
        DataError, match=r"Steel Set\.zip is no whole zip file \(.+\); copy or download it again"
    ) as error:
        local_folder(str(archive), "folder", cache)
    assert "\n" not in str(error.value)
    # Nothing of it is taken for the data afterwards.
    assert not list(cache.folder.rglob("*.png"))


def test_a_locked_zip_file_is_named(archive, cache):
    whole = bytearray(archive.read_bytes())
    # Bit 0 of the flags, in the first member's header and in the directory, says that the member is encrypted.
    whole[6] |= 1
    whole[whole.index(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(bytes(whole))
    with pytest.raises(DataError, match=r"Steel Set\.zip cannot be unpacked \(.*password.*\); unpack it yourself"):
        local_folder(str(archive), "folder", cache)


def test_an_archive_that_lacks_the_folder_says_what_it_holds(archive, cache):
    with pytest.raises(DataError, match=r"Steel Set\.zip holds no 'train_images'; at its top are images, masks, train"):
        local_folder(f"{archive}/train_images", "folder", cache)


def test_a_zip_file_too_large_for_the_disk_is_named(tmp_path, cache):
    path = tmp_path / "huge.zip"
    with zipfile.ZipFile(path, "w") as huge:
        huge.writestr("1.png", b"")
        huge.filelist[0].file_size = 10**18
    with pytest.raises(DataError, match=r"huge\.zip needs 1,000,000,000\.0 GB and the disk of .+ has .+ GB left"):
        local_folder(str(path), "folder", cache)


def test_a_cache_that_cannot_be_written_is_named(archive, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match=r"data cache .+file/cache cannot be written .+ set STRIPSIGHT_CACHE"):
        local_folder(str(archive), "folder", DataCache(tmp_path / "file" / "cache"))


def test_a_zip_file_that_is_not_there_is_named(tmp_path, cache):
    with pytest.raises(DataError, match=r"nothing\.zip/images is not there"):
        read_collection(_index(str(tmp_path / "nothing.zip")), cache)


def test_a_url_is_copied_once(memory, cache, said):
    memory.pipe({f"/plant/{name}": content for name, content in _files().items()})
    plan = _kaggle("memory://plant/images", "memory://plant/train.csv")
    assert len(read_collection(plan, cache)) == 2
    assert said[0].startswith("Copying 2 file(s), 0.0 MB, from memory://plant/images")
    assert len(said) == 2
    assert len(read_collection(plan, cache)) == 2
    assert len(said) == 2
    memory.pipe("/plant/images/3.png", _files()["images/2.png"])
    assert read_collection(plan, cache).names == ("1.png", "2.png", "3.png")
    assert len(said) == 3


def test_a_zip_file_behind_a_url_is_a_folder(memory, cache, said):
    memory.pipe("/plant/set.zip", _zip(_files("neu_seg/")))
    assert len(read_collection(_index("memory://plant/set.zip"), cache)) == 2
    assert len(read_collection(_index("memory://plant/set.zip/neu_seg"), cache)) == 2
    assert len(said) == 1
    assert not list(cache.folder.rglob("*.zip"))
    assert not list(cache.folder.rglob(".download"))


def test_a_broken_zip_file_behind_a_url_is_named(memory, cache):
    memory.pipe("/plant/set.zip", b"broken")
    with pytest.raises(DataError, match=r"memory://plant/set\.zip is no whole zip file"):
        read_collection(_index("memory://plant/set.zip"), cache)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("memory://nowhere", "There are no files at memory://nowhere; check the address"),
        ("memory://nowhere/set.zip", r"There is nothing at memory://nowhere/set\.zip; check the address"),
        ("tape://reel/1", r"tape://reel/1 cannot be read \(Protocol not known: tape\)"),
        ("file:///nowhere/at/all", "There are no files at file:///nowhere/at/all"),
    ],
)
def test_a_url_that_leads_nowhere_is_named(cache, url, sentence):
    with pytest.raises(DataError, match=sentence) as error:
        read_collection(_index(url), cache)
    assert "\n" not in str(error.value)


def test_a_missing_package_is_named(cache, monkeypatch):
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(DataError, match=r"s3://plant/set cannot be opened .+ install stripsight\[s3\]"):
        read_collection(_index("s3://plant/set"), cache)


def test_fsspec_missing_altogether_is_named(cache, monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(DataError, match=r"memory://x needs fsspec, .+; install stripsight\[train\]"):
        read_collection(_index("memory://x"), cache)


def test_a_web_server_is_read(server, cache, said):
    address, folder = server
    _write(folder / "steel set", _files())
    (folder / "set.zip").write_bytes(_zip(_files()))
    assert read_collection(_index(f"{address}/steel%20set"), cache).names == ("1.png", "2.png")
    assert len(read_collection(_kaggle(f"{address}/set.zip/images", f"{address}/steel%20set/train.csv"), cache)) == 2
    copies = len(said)
    assert len(read_collection(_index(f"{address}/set.zip"), cache)) == 2
    assert len(said) == copies


def test_a_web_server_without_the_file_is_named(server, cache):
    address, _ = server
    with pytest.raises(DataError, match=rf"There is nothing at {address}/set\.zip"):
        read_collection(_index(f"{address}/set.zip"), cache)


def test_a_web_server_that_is_not_there_is_named(cache):
    with socket.socket() as unheard:
        # Bound and not listening: nobody else takes the port, and nobody answers.
        unheard.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unheard.getsockname()[1]}/set.zip"
        with pytest.raises(DataError, match=rf"{url} cannot be read \(.+\); check the address"):
            read_collection(_index(url), cache)


def test_variables_may_stand_in_a_url(memory, cache, monkeypatch):
    memory.pipe({f"/plant/{name}": content for name, content in _files().items()})
    monkeypatch.setenv("BUCKET", "plant")
    plan = replace(_index("memory://${BUCKET}"), folder="memory://${BUCKET}")
    assert len(read_collection(plan, cache)) == 2
