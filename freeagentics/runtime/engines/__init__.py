"""Engines: who runs the cohorts of a phase."""
