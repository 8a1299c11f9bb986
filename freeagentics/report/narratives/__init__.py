"""How a trade came about, told from the decisions that led to it."""
