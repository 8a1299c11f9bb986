"""Aggregates that the report needs, taken in one scan of the journal, a step at a time."""
