from __future__ import annotations

from models.training.progress import Progress


class _Stream:
    def __init__(self, *, terminal: bool) -> None:
        self.text = ""
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        pass


def test_progress_is_plain_lines_off_a_terminal_and_tells_the_time_left():
    stream = _Stream(terminal=False)
    Progress(10, stream=stream, line_every_s=3600).step("too soon to tell")
    assert stream.text == ""
    Progress(10, done=4, stream=stream, line_every_s=0).step("epoch 1, loss 0.4")
    assert stream.text.startswith("epoch 1, loss 0.4, step 5 of 10, 0 min")
    assert stream.text.endswith("s left\n")
    assert "\r" not in stream.text


def test_progress_is_a_bar_on_a_terminal():
    stream = _Stream(terminal=True)
    progress = Progress(10, stream=stream)
    progress.step("epoch 1")
    progress.line("epoch 1: done")
    progress.close()
    assert "\r" in stream.text
    assert "/10" in stream.text
    assert "epoch 1: done" in stream.text
