"""The open sheet: a label CSV, the folder of its frames and its classes; and every row that could not be used."""

from __future__ import annotations

import csv
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPlainTextEdit, QProgressBar, QPushButton

from app.review.desk import ReviewDesk
from app.review.label_file import OpenedLabels
from app.review.ports import ReviewError
from app.ui.background import Background, Progress
from app.ui.picker import Picker
from app.ui.review.controls import button
from app.ui.review.sheet import Sheet
from app.ui.sentences import whole
from models.labels.taxonomy import Taxonomy

_USUAL_FOLDERS = ("train_images", "images", "frames", "test_images", ".")


class OpenSheet(Sheet):
    """Opens a label file in the background.

    Signals:
        opened(object): the ``OpenedLabels``.
    """

    opened = Signal(object)

    def __init__(self, desk: ReviewDesk) -> None:
        super().__init__(self.tr("Open a label file"))
        self._desk = desk
        self._work = Background("review-open", ReviewError, self)
        self._build()
        self._connect()

    def _build(self) -> None:
        self.add_caption(
            self.tr("The file's masks open as labels to confirm or correct. The file itself is never changed.")
        )
        self.add_title(self.tr("Label CSV"))
        self.file_edit, self.file_button = self._path_row(self.tr("train.csv"))
        self.add_title(self.tr("Folder of its frames"))
        self.folder_edit, self.folder_button = self._path_row(self.tr("train_images"))
        self.add_title(self.tr("Classes"))
        self.taxonomy_box = Picker("box")
        self.taxonomy_box.addItem(self.tr("As the file's class ids suggest"), None)
        for name, taxonomy in self._desk.taxonomies.items():
            titles = ", ".join(defect.title for defect in taxonomy)
            self.taxonomy_box.addItem(f"{name}: {titles}", taxonomy)
        self.body.addWidget(self.taxonomy_box)
        self.open_button = button(self.tr("Open"), "import", primary=True)
        self.stop_button = button(self.tr("Stop"), "stop")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.body.addSpacing(8)
        for widget in (self.open_button, self.progress, self.stop_button):
            self.body.addWidget(widget)
        self.result_label = self.add_caption()
        self.result_label.setProperty("role", "")
        self.problem_list = QPlainTextEdit()
        self.problem_list.setReadOnly(True)
        self.problem_list.setAccessibleName(self.tr("Rows and frames that could not be used"))
        self.body.addWidget(self.problem_list, 1)
        self.body.addStretch(0)
        self.problem_list.setVisible(False)
        self._show_running(False)

    def _path_row(self, example: str) -> tuple[QLineEdit, QPushButton]:
        edit = QLineEdit()
        edit.setPlaceholderText(example)
        choose = button(self.tr("Choose …"), "folder")
        row = QHBoxLayout()
        row.addWidget(edit, 1)
        row.addWidget(choose)
        self.body.addLayout(row)
        return edit, choose

    def _connect(self) -> None:
        self.file_button.clicked.connect(self._on_choose_file)
        self.folder_button.clicked.connect(self._on_choose_folder)
        self.file_edit.textChanged.connect(self._on_file_changed)
        self.open_button.clicked.connect(self.open)
        self.stop_button.clicked.connect(self._work.stop)
        self._work.progressed.connect(self._on_progressed)
        self._work.finished.connect(self._on_finished)
        self._work.failed.connect(self._on_failed)

    @Slot()
    def open(self) -> None:
        """Open the file in the background."""
        path, folder = self.file_edit.text().strip(), self.folder_edit.text().strip()
        if not path or not folder:
            self.result_label.setText(self.tr("Choose a label CSV and the folder its frames are in."))
            return
        taxonomy = self.taxonomy_box.currentData()
        work = partial(_open, self._desk, Path(path).expanduser(), Path(folder).expanduser(), taxonomy)
        if self._work.start(work):
            self.problem_list.setVisible(False)
            self.result_label.setText(self.tr("Reading {name} …").format(name=Path(path).name))
            self._show_running(True)

    def close_work(self) -> None:
        """Stop an opening in progress, for a bounded time."""
        self._work.close()

    @Slot()
    def _on_choose_file(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self, self.tr("Open a label file"), self.file_edit.text(), self.tr("Label CSV (*.csv *.txt)")
        )
        if chosen:
            self.file_edit.setText(chosen)

    @Slot()
    def _on_choose_folder(self) -> None:
        start = self.folder_edit.text() or str(Path(self.file_edit.text()).parent)
        chosen = QFileDialog.getExistingDirectory(self, self.tr("Folder of its frames"), start)
        if chosen:
            self.folder_edit.setText(chosen)

    @Slot(str)
    def _on_file_changed(self, text: str) -> None:
        """Suggest the folder its first frame lies in."""
        folder = frames_folder(Path(text.strip()).expanduser())
        if folder is not None and not self.folder_edit.isModified():
            self.folder_edit.setText(str(folder))

    @Slot(int, int)
    def _on_progressed(self, done: int, total: int) -> None:
        self.progress.setMaximum(total)
        self.progress.setValue(done)

    @Slot(object)
    def _on_finished(self, opened: OpenedLabels) -> None:
        self._show_running(False)
        count = len(opened.problems)
        name = opened.file.title
        if count:
            said = self.tr("{name} is open. {count} row(s) or frame(s) could not be used; the rest can be reviewed:")
            self.result_label.setText(said.format(name=name, count=whole(count)))
            self.problem_list.setPlainText("\n".join(opened.problems))
        else:
            self.result_label.setText(self.tr("{name} is open; every row could be used.").format(name=name))
        self.problem_list.setVisible(bool(count))
        self.opened.emit(opened)

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self.result_label.setText(sentence)
        self._show_running(False)

    def _show_running(self, running: bool) -> None:
        self.progress.setVisible(running)
        self.stop_button.setVisible(running)
        self.open_button.setEnabled(not running)


def frames_folder(labels: Path) -> Path | None:
    """The folder beside a label CSV that holds the first frame it names; ``None`` where none of the usual ones does."""
    try:
        with labels.open(newline="", encoding="utf-8-sig", errors="replace") as stream:
            rows = csv.reader(stream)
            next(rows, None)
            key = next(rows, [""])[0]
    except (OSError, csv.Error, IndexError):
        return None
    names = {key, key.rpartition("_")[0]} - {""}
    for folder in _USUAL_FOLDERS:
        place = labels.parent / folder
        if any((place / name).is_file() for name in names):
            return place.resolve()
    return None


def _open(desk: ReviewDesk, path: Path, folder: Path, taxonomy: Taxonomy | None, progress: Progress) -> OpenedLabels:
    return desk.open_labels(path, folder, taxonomy, progress)
