"""Narratives of trades: the chain of decisions that led to each, in sentences."""
