"""Labels: taxonomy, masks, run-length encoding and label files. Imports no torch and no Qt."""
