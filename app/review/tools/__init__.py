"""Tools: what a person draws and selects with. They know pixels and geometry; ``app.review.rules`` makes edits."""
