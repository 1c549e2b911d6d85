"""How a classifier behaves beyond how often it is right, from scores and labels alone. Pure: no files, no models, no store."""
