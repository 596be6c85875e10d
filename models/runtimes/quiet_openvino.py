"""OpenVINO without its telemetry: import ``openvino`` from here, and from nowhere else.

``import openvino`` alone writes an identifier to the person's home and reports the import to an analytics server,
unless that person has run an opt-out command. An inspection station calls nobody. OpenVINO brings a stand-in that does
nothing for the case that its telemetry package is not installed; barring that package's import makes it take it.
"""

from __future__ import annotations

import sys
from typing import Any, cast

if "openvino" not in sys.modules:
    cast("dict[str, Any]", sys.modules).setdefault("openvino_telemetry", None)

import openvino

__all__ = ["openvino"]
