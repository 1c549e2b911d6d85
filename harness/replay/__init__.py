"""Searches over facts that are known already: how far each algorithm gets in how many evaluations, without measuring anything."""
