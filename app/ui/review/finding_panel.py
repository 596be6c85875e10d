"""The findings of the frame on the table, as a list to pick from."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QFrame, QLabel, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout

from app.ui import theme
from app.ui.fonts import figures_font, text_font
from app.ui.sentences import whole
from models.labels.components import Component
from models.labels.taxonomy import Taxonomy

Index = QModelIndex | QPersistentModelIndex
ROW_PX = 44
_FINDING_ROLE = Qt.ItemDataRole.UserRole


class FindingModel(QAbstractListModel):
    """The findings, the largest first."""

    def __init__(self) -> None:
        super().__init__()
        self._findings: list[Component] = []
        self.taxonomy: Taxonomy | None = None

    def set_findings(self, findings: Sequence[Component], taxonomy: Taxonomy) -> None:
        """Show other findings."""
        self.beginResetModel()
        self.taxonomy = taxonomy
        self._findings = sorted(findings, key=lambda finding: -finding.area_px)
        self.endResetModel()

    def row_of(self, finding: Component | None) -> int | None:
        """Where a finding stands."""
        return self._findings.index(finding) if finding in self._findings else None

    def rowCount(self, parent: Index | None = None) -> int:  # noqa: N802 - Qt's name
        """How many findings there are."""
        return 0 if parent is not None and parent.isValid() else len(self._findings)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The finding, its class and area, and its place as a tooltip."""
        if not index.isValid() or self.taxonomy is None:
            return None
        finding = self._findings[index.row()]
        if role == _FINDING_ROLE:
            return finding
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{self.taxonomy.by_id(finding.class_id).title}, {whole(finding.area_px)} px"
        if role == Qt.ItemDataRole.ToolTipRole:
            x, y, width, height = finding.box_px
            return self.tr("{width} × {height} px at column {x}, row {y}. Click to zoom.").format(
                width=width, height=height, x=x, y=y
            )
        return None


class FindingDelegate(QStyledItemDelegate):
    """Draws a finding: its class's colour, title, and area."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:  # noqa: N802 - Qt's name
        """Rows of one height."""
        return QSize(160, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        finding: Component = index.data(_FINDING_ROLE)
        model = index.model()
        assert isinstance(model, FindingModel), "the delegate draws findings"
        assert model.taxonomy is not None, "a model with rows has a taxonomy"
        defect = model.taxonomy.by_id(finding.class_id)
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            chosen = bool(option.state & QStyle.StateFlag.State_Selected)
            painter.fillRect(rect, theme.colour("accent_soft" if chosen else "hover"))
        painter.setPen(QPen(theme.colour("line_strong"), 1))
        painter.setBrush(QColor(*defect.rgb))
        painter.drawRoundedRect(QRectF(rect.left() + 12, rect.center().y() - 8, 16, 16), 3, 3)
        painter.setPen(theme.colour("text"))
        painter.setFont(text_font(15))
        words = QRect(rect.left() + 40, rect.top(), rect.width() - 150, rect.height())
        painter.drawText(
            words,
            Qt.AlignmentFlag.AlignVCenter,
            painter.fontMetrics().elidedText(defect.title, Qt.TextElideMode.ElideRight, words.width()),
        )
        painter.setPen(theme.colour("text_soft"))
        painter.setFont(figures_font(14))
        figures = QRect(rect.right() - 112, rect.top(), 100, rect.height())
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(figures, right, self.tr("{area} px").format(area=whole(finding.area_px)))
        painter.restore()


class FindingPanel(QFrame):
    """The list with its head.

    Signals:
        finding_chosen(object): the ``Component`` clicked.
    """

    finding_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("panel", "true")
        self.model = FindingModel()
        self.title = QLabel()
        self.title.setProperty("role", "title")
        self.title.setContentsMargins(12, 8, 12, 4)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(FindingDelegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(self.tr("Findings of this frame"))
        self.list.clicked.connect(self._on_clicked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 6)
        layout.setSpacing(0)
        layout.addWidget(self.title)
        layout.addWidget(self.list, 1)
        self._show_count()

    def set_findings(self, findings: Sequence[Component], taxonomy: Taxonomy) -> None:
        """Show other findings."""
        self.model.set_findings(findings, taxonomy)
        self._show_count()

    def clear(self) -> None:
        """Show none."""
        if self.model.taxonomy is not None:
            self.set_findings((), self.model.taxonomy)

    def mark(self, finding: Component | None) -> None:
        """Mark the selected finding."""
        row = self.model.row_of(finding)
        if row is None:
            self.list.clearSelection()
        else:
            self.list.setCurrentIndex(self.model.index(row))

    def _show_count(self) -> None:
        count = self.model.rowCount()
        self.title.setText(self.tr("Findings  {count}").format(count=whole(count)) if count else self.tr("No findings"))

    def _on_clicked(self, index: QModelIndex) -> None:
        self.finding_chosen.emit(index.data(_FINDING_ROLE))
