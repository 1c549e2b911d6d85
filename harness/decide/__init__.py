"""Decisions as pure functions of facts: what candidates are worth, which to deploy, how sure that is, what would change it."""
