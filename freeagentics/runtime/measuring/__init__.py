"""Measuring: footprints, garbage collection, leaks, alerts."""
