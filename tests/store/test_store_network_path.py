"""SQLite refuses a folder on another computer."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.store import Store, StoreError, network_path
from app.store.network_path import is_unc, mounted_share, network_share

MOUNTS = r"""/dev/sda1 / ext4 rw,relatime 0 0
proc /proc proc rw 0 0
mill-server:/steel /mnt/steel nfs4 rw 0 0
//office/share /mnt/quality\040data cifs rw 0 0
/dev/sdb1 /mnt/steel/local xfs rw 0 0
user@host:/ /home/user/remote fuse.sshfs rw 0 0
/dev/sdc1 /mnt/over ext4 rw 0 0
server:/over /mnt/over nfs rw 0 0
"""


@pytest.mark.parametrize(
    ("folder", "share"),
    [
        ("/var/lib/stripsight", None),
        ("/mnt/steel", "mill-server:/steel"),
        ("/mnt/steel/store/deep", "mill-server:/steel"),
        ("/mnt/steelworks", None),
        ("/mnt/steel/local/store", None),
        ("/mnt/quality data/store", "//office/share"),
        ("/home/user/remote/x", "user@host:/"),
        ("/mnt/over/x", "server:/over"),
    ],
)
def test_the_deepest_and_last_mount_decides(folder: str, share: str | None) -> None:
    assert mounted_share(Path(folder), MOUNTS) == share


@pytest.mark.parametrize(
    ("path", "unc"),
    [
        (r"\\server\share\store", True),
        (r"\\?\UNC\server\share", True),
        (r"\\?\C:\store", False),
        (r"\\.\pipe", False),
        (r"C:\store", False),
        ("/srv/store", False),
    ],
)
def test_unc_paths(path: str, unc: bool) -> None:
    assert is_unc(path) is unc


def test_this_computers_own_folder_is_local(tmp_path: Path) -> None:
    assert network_share(tmp_path) is None


def test_a_link_to_a_share_is_a_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    share, link = tmp_path / "share", tmp_path / "link"
    share.mkdir()
    link.symlink_to(share)
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nmill-server:/steel {share} nfs rw 0 0\n")
    monkeypatch.setattr(network_path, "_MOUNTS", mounts)
    with pytest.raises(StoreError, match=r"network share mill-server:/steel; choose a folder on a local disk\.$"):
        Store.open(link / "store", "Mill 2", "Inspector A")
    assert list(share.iterdir()) == []
