"""OpenCV kept off stderr: what goes wrong with an image or a camera is said by us, once, as a sentence."""

from __future__ import annotations

import os


def quiet_opencv() -> None:
    """Turn off the logs of OpenCV and its FFmpeg, for the whole process; a set environment variable is left alone."""
    # FFmpeg reads its level when the first capture is opened; -8 is AV_LOG_QUIET.
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    # A camera that stopped sending holds a read for this long, and with it the end of the capture thread.
    os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "2")
    if "OPENCV_LOG_LEVEL" not in os.environ:
        import cv2

        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
