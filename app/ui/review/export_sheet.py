"""The export sheet: which frames, in which column style, to which file; and what came of it."""

from __future__ import annotations

from concurrent.futures import Future, wait
from functools import partial
from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QButtonGroup, QFileDialog, QHBoxLayout, QLineEdit, QProgressBar, QRadioButton

from app.review.export import ExportPlan, ExportReport, Scope, export_labels
from app.review.label_file import LabelFile
from app.review.ports import ReviewError, ReviewStore
from app.ui.background import Background, Progress
from app.ui.picker import Picker
from app.ui.review.controls import button
from app.ui.review.sentences import export_sentences
from app.ui.review.session import ReviewSession
from app.ui.review.sheet import Sheet
from models.labels.kaggle import KaggleStyle
from models.labels.taxonomy import Taxonomy

_INDENT_PX = 34
_SAVE_LIMIT_S = 10.0


class ExportSheet(Sheet):
    """Writes the final labels of the session in the background.

    The last report stands in ``report``, ``None`` before the first.
    """

    def __init__(self) -> None:
        super().__init__(self.tr("Export labels"))
        self.report: ExportReport | None = None
        self._session: ReviewSession | None = None
        self._work = Background("review-export", ReviewError, self)
        self._build_scope()
        self._build_style()
        self._build_target()
        self._connect()

    def _build_scope(self) -> None:
        self.add_title(self.tr("Which frames"))
        self.scopes = QButtonGroup(self)
        self.reviewed_choice = QRadioButton(self.tr("Reviewed by a person"))
        self.everything_choice = QRadioButton()
        self.scopes.addButton(self.reviewed_choice)
        self.scopes.addButton(self.everything_choice)
        self.body.addWidget(self.reviewed_choice)
        self.body.addWidget(self.everything_choice)
        self.add_caption(
            self.tr("A frame nobody reviewed is never written as clean. The manifest names whose word each frame is."),
            _INDENT_PX,
        )
        self.taxonomy_box = Picker("box")
        self.body.addWidget(self.taxonomy_box)

    def _build_style(self) -> None:
        self.add_title(self.tr("Columns"))
        self.styles = QButtonGroup(self)
        self.style_choices: dict[KaggleStyle, QRadioButton] = {}
        for style, text, caption in (
            (KaggleStyle.SPLIT, "ImageId, ClassId, EncodedPixels", self.tr("A row for every class found.")),
            (KaggleStyle.JOINED, "ImageId_ClassId, EncodedPixels", self.tr("The same rows.")),
            (
                KaggleStyle.FULL,
                self.tr("ImageId_ClassId with empty cells"),
                self.tr("A row for every class; the cell is empty where the class is absent."),
            ),
        ):
            choice = QRadioButton(text)
            self.styles.addButton(choice)
            self.style_choices[style] = choice
            self.body.addWidget(choice)
            self.add_caption(caption, _INDENT_PX)
        self.style_choices[KaggleStyle.SPLIT].setChecked(True)

    def _build_target(self) -> None:
        self.add_title(self.tr("File"))
        self.path_edit = QLineEdit()
        self.path_edit.setPlaceholderText(self.tr("labels.csv"))
        self.browse_button = button(self.tr("Choose …"), "folder")
        row = QHBoxLayout()
        row.addWidget(self.path_edit, 1)
        row.addWidget(self.browse_button)
        self.body.addLayout(row)
        self.export_button = button(self.tr("Export"), "export", primary=True)
        self.stop_button = button(self.tr("Stop"), "stop")
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.body.addWidget(self.export_button)
        self.body.addWidget(self.progress)
        self.body.addWidget(self.stop_button)
        self.result_label = self.add_caption()
        self.result_label.setProperty("role", "")
        self.body.addStretch(1)
        self._show_running(False)

    def _connect(self) -> None:
        self.browse_button.clicked.connect(self._on_browse)
        self.export_button.clicked.connect(self.export)
        self.stop_button.clicked.connect(self._work.stop)
        self._work.progressed.connect(self._on_progressed)
        self._work.finished.connect(self._on_finished)
        self._work.failed.connect(self._on_failed)

    def set_session(self, session: ReviewSession) -> None:
        """Export another session's labels."""
        self._session = session
        of_file = isinstance(session.store, LabelFile)
        self.everything_choice.setText(
            self.tr("Everything: also the label file's word")
            if of_file
            else self.tr("Everything: also the model's word")
        )
        (self.everything_choice if of_file else self.reviewed_choice).setChecked(True)
        session.queue_listed.connect(self._list_taxonomies)
        self._list_taxonomies()
        self.result_label.clear()

    @Slot()
    def export(self) -> None:
        """Write the file in the background."""
        plan = self._plan()
        if isinstance(plan, str):
            self.result_label.setText(plan)
            return
        assert self._session is not None, "a plan was made for a session"
        if self._work.start(partial(_export, self._session.store, plan, self._session.saves)):
            self.result_label.setText(self.tr("Writing {name} …").format(name=plan.path.name))
            self._show_running(True)

    def close_work(self) -> None:
        """Stop an export in progress, for a bounded time."""
        self._work.close()

    def _plan(self) -> ExportPlan | str:
        """What is to be written, or a sentence why it cannot be."""
        taxonomy = self.taxonomy_box.currentData()
        text = self.path_edit.text().strip()
        if self._session is None or not isinstance(taxonomy, Taxonomy):
            return self.tr("There is nothing to export yet.")
        if not text:
            return self.tr("Choose a file to write to.")
        path = Path(text).expanduser()
        if not path.suffix:
            path = path.with_suffix(".csv")
        if path.is_dir() or not path.parent.is_dir():
            return self.tr("{path} cannot be written; choose a file in a folder that is there.").format(path=path)
        store = self._session.store
        if isinstance(store, LabelFile) and path.exists() and path.samefile(store.path):
            return self.tr("{name} is the file under review; choose another name.").format(name=path.name)
        style = next(style for style, choice in self.style_choices.items() if choice.isChecked())
        scope = Scope.REVIEWED if self.reviewed_choice.isChecked() else Scope.EVERYTHING
        return ExportPlan(path, taxonomy, style, scope)

    @Slot()
    def _list_taxonomies(self) -> None:
        if self._session is None:
            return
        chosen = self.taxonomy_box.currentText()
        self.taxonomy_box.clear()
        for taxonomy in self._session.taxonomies:
            titles = ", ".join(defect.title for defect in taxonomy)
            self.taxonomy_box.addItem(f"{taxonomy.name}: {titles}", taxonomy)
        self.taxonomy_box.setCurrentIndex(max(self.taxonomy_box.findText(chosen), 0))
        self.taxonomy_box.setVisible(self.taxonomy_box.count() > 1)

    @Slot()
    def _on_browse(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(
            self, self.tr("Export labels"), self.path_edit.text() or "labels.csv", self.tr("Label CSV (*.csv)")
        )
        if chosen:
            self.path_edit.setText(chosen)

    @Slot(int, int)
    def _on_progressed(self, done: int, total: int) -> None:
        self.progress.setMaximum(total)
        self.progress.setValue(done)

    @Slot(object)
    def _on_finished(self, report: ExportReport) -> None:
        self.report = report
        lines = [*export_sentences(report), self.tr("Manifest: {name}").format(name=report.plan.manifest_path.name)]
        self.result_label.setText("\n\n".join(lines))
        self._show_running(False)

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self.result_label.setText(sentence)
        self._show_running(False)

    def _show_running(self, running: bool) -> None:
        self.progress.setVisible(running)
        self.stop_button.setVisible(running)
        self.export_button.setEnabled(not running)


def _export(store: ReviewStore, plan: ExportPlan, saves: tuple[Future[None], ...], progress: Progress) -> ExportReport:
    # what was decided a moment ago belongs to the export
    wait(saves, timeout=_SAVE_LIMIT_S)
    return export_labels(store.labels(plan.taxonomy), plan, progress)
