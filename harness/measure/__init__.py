"""Meters: memory, contention, the device and the environment. Nothing here knows what is being measured."""
