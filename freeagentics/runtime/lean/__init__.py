"""Lean agents: any object's arrays, lists and dicts held in less room between its steps."""
