"""What the report needs to know, gathered in one walk over the journal, a step at a time."""
