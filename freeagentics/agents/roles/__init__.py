"""The built-in roles, a file each."""
