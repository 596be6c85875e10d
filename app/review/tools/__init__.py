"""Tools: what a person draws and selects with. They give an ``Area`` or a ``Change``; ``app.review.rules`` makes edits."""
