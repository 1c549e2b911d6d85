"""Which candidate to evaluate next. Optuna is imported here and nowhere else."""
