"""The page: a model in the browser, stepped, played and reset. It reads the model and never changes what it decides."""
