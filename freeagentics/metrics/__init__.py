"""Figures of a run as it goes, for monitors: a probe that counts, served to Prometheus or sent to CloudWatch."""
