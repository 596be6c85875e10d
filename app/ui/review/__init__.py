"""The review page: the queue, the canvas to correct on, the classes and findings, and the export."""
