"""The answer to a suite, from the store alone: what is decided, what it rests on, and what charts and readers ask about it."""
