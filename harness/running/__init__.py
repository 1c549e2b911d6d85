"""What a run keeps and tells while it goes on. ``pipeline`` is the run itself."""
