"""The page: runs in the browser, read from their journals while they are made or when they are done. It changes no decision."""
