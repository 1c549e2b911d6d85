"""Answers looked at side by side: one candidate, two candidates, several runs or targets. Pure functions of answers."""
