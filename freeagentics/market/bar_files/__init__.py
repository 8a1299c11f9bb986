"""Files of bars as people have them: how their lines, columns, numbers and times are recognised."""
