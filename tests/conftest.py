"""What holds for all tests: none asserts on time, so that a busy machine fails none."""

from hypothesis import HealthCheck, settings

settings.register_profile("harness", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("harness")
