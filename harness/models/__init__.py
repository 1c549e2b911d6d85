"""Model sources: where a model with weights comes from. Siblings do not know each other."""
