"""Parts for the model selection harness."""
