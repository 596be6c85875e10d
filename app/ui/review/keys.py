"""The keys of the review page, in one table."""

from app.ui.keys import KeyBinding, KeyGroup

REVIEW_KEYS = KeyGroup(
    "Review",
    (
        KeyBinding("accept", "Confirm or save, and go on", ("Return", "Enter", "Ctrl+Return"), "Enter"),
        KeyBinding("no_defect", "No defect, and go on", ("N",)),
        KeyBinding("unsure", "Unsure, and go on", ("U",)),
        KeyBinding("previous", "Previous frame", ("PgUp",)),
        KeyBinding("next", "Next frame", ("PgDown",)),
        KeyBinding("select", "Select tool", ("V",)),
        KeyBinding("brush", "Brush", ("B",)),
        KeyBinding("eraser", "Eraser", ("E",)),
        KeyBinding("smaller", "Smaller tip", ("[", "Ctrl+-")),
        KeyBinding("larger", "Larger tip", ("]", "Ctrl++")),
        KeyBinding("tip_wheel", "Tip size", shown="Ctrl+wheel"),
        KeyBinding("straight", "Brush: straight line", shown="Shift+click"),
        KeyBinding("erase_all", "Eraser: all classes", shown="Shift"),
        KeyBinding("erase_right", "Brush: erase", shown="Right button"),
        KeyBinding("pick_class", "Class to draw, or to give", shown="1 … 9"),
        KeyBinding("relabel", "Relabel what is pointed at", ("R",)),
        KeyBinding("fill", "Fill holes pointed at", ("F",)),
        KeyBinding("delete", "Delete the finding", ("Del", "X")),
        KeyBinding("undo", "Undo", ("Ctrl+Z",)),
        KeyBinding("redo", "Redo", ("Ctrl+Y", "Ctrl+Shift+Z"), "Ctrl+Y"),
        KeyBinding("restore", "Masks as they came", ("Ctrl+Backspace",)),
        KeyBinding("cancel", "Give up, or deselect", ("Escape",)),
        KeyBinding("bare", "See the bare steel", shown="hold M"),
        KeyBinding("word", "See masks as they came", shown="hold W"),
        KeyBinding("fit", "Fit the frame", shown="0"),
        KeyBinding("one_to_one", "One to one", shown="Z"),
        KeyBinding("pan", "Pan", shown="Space+drag"),
        KeyBinding("export", "Export labels", ("Ctrl+E",)),
        KeyBinding("open", "Open a label file", ("Ctrl+O",)),
        KeyBinding("refresh", "Refresh the queue", ("F5",)),
    ),
)
