"""The live page: frames stream past with their masks, and the verdict in large letters."""
