"""Candidates to artifacts: build or train the model, apply the passes, export; each stage cached by its inputs."""
