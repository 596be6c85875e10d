"""Which folders lie on another computer. SQLite's locks are not safe there (https://sqlite.org/useovernet.html)."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

_NETWORK_TYPES = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "ncpfs", "afs", "davfs", "fuse.davfs", "fuse.sshfs"),
        *("fuse.rclone", "ceph", "fuse.ceph", "glusterfs", "fuse.glusterfs", "lustre", "beegfs"),
    }
)
_DRIVE_REMOTE = 4
_MOUNTS = Path("/proc/mounts")


def network_share(folder: Path) -> str | None:
    """The share ``folder`` lies on, as people name it, or ``None`` where it lies on this computer."""
    if is_unc(str(folder)):
        return str(folder)
    if os.name == "nt":
        return _remote_drive(folder)
    try:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    return mounted_share(Path(os.path.realpath(folder)), mounts)


def is_unc(path: str) -> bool:
    r"""Whether a path is written ``\\server\share``; ``\\?\C:\…`` and ``\\.\…`` are local."""
    if not path.startswith("\\\\"):
        return False
    return path[2:4] not in {"?\\", ".\\"} or path[4:7].upper() == "UNC"


def mounted_share(folder: Path, mounts: str) -> str | None:
    """The network device ``folder`` is mounted from according to ``mounts`` (the text of ``/proc/mounts``)."""
    best: tuple[int, str | None] = (-1, None)
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        device, point, kind = _unescape(fields[0]), Path(_unescape(fields[1])), fields[2]
        # The last of equally deep mounts hides the earlier ones.
        if folder.is_relative_to(point) and len(point.parts) >= best[0]:
            best = (len(point.parts), device if kind in _NETWORK_TYPES else None)
    return best[1]


def _unescape(field: str) -> str:
    r"""``/proc/mounts`` writes blanks and backslashes as three octal digits, ``\040``."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match.group(1), 8)), field)


def _remote_drive(folder: Path) -> str | None:
    import ctypes

    drive = Path(os.path.realpath(folder)).anchor
    kernel32: Any = ctypes.windll.kernel32  # type: ignore[attr-defined, unused-ignore]
    return drive if kernel32.GetDriveTypeW(drive) == _DRIVE_REMOTE else None
