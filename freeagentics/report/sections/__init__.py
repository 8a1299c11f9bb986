"""The report's sections, a file each: a finding in words, what shows it, and what one must know to read it."""
