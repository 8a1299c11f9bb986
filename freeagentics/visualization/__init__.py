"""The page: a model in the browser, stepped, played and reset; a face that reads the model and never changes what it decides."""
