"""Datasets: labelled samples and how they are split. Siblings do not know each other."""
