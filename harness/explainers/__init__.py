"""The built-in ways to explain a decision. Their declarations are light; each imports its package behind its door."""
