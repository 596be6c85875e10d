"""The keys of the review page, in one table."""

from app.ui.keys import KeyBinding, KeyGroup

REVIEW_KEYS = KeyGroup(
    "Review",
    (
        KeyBinding("accept", "Confirm or save, then next", ("Return", "Enter", "Ctrl+Return")),
        KeyBinding("no_defect", "No defect, then next", ("N",)),
        KeyBinding("unsure", "Unsure, then next", ("U",)),
        KeyBinding("previous", "Previous frame", ("PgUp",)),
        KeyBinding("next", "Next frame", ("PgDown",)),
        KeyBinding("select", "Select tool", ("V",)),
        KeyBinding("brush", "Brush", ("B",)),
        KeyBinding("eraser", "Eraser", ("E",)),
        KeyBinding("smaller", "Smaller tip", ("[", "Ctrl+-")),
        KeyBinding("larger", "Larger tip", ("]", "Ctrl++")),
        KeyBinding("tip_wheel", "Tip size", shown="Ctrl+wheel"),
        KeyBinding("straight", "Straight line from the last stroke", shown="Shift+click with the brush"),
        KeyBinding("erase_all", "Erase every visible class", shown="Shift with the eraser"),
        KeyBinding("erase_right", "Erase while brushing", shown="Right button"),
        KeyBinding("pick_class", "Pick the class; with Select, change the selected finding's", shown="1 … 9"),
        KeyBinding("relabel", "Give the finding under the pointer the picked class", ("R",)),
        KeyBinding("fill", "Fill the holes of the finding under the pointer", ("F",)),
        KeyBinding("delete", "Delete the selected finding, or the one under the pointer", ("Del", "X")),
        KeyBinding("undo", "Undo", ("Ctrl+Z",)),
        KeyBinding("redo", "Redo", ("Ctrl+Y", "Ctrl+Shift+Z")),
        KeyBinding("restore", "Back to the masks as they came", ("Ctrl+Backspace",)),
        KeyBinding("cancel", "Give up the stroke, or deselect", ("Escape",)),
        KeyBinding("bare", "See the bare steel", shown="hold M"),
        KeyBinding("word", "See the masks as they came", shown="hold W"),
        KeyBinding("fit", "Fit the frame", shown="0"),
        KeyBinding("one_to_one", "One to one", shown="Z"),
        KeyBinding("pan", "Pan", shown="Space with the left button, arrows"),
        KeyBinding("export", "Export labels", ("Ctrl+E",)),
        KeyBinding("open", "Open a label file", ("Ctrl+O",)),
        KeyBinding("refresh", "Refresh the queue", ("F5",)),
    ),
)
