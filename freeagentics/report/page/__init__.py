"""Pieces of the page: elements, tables, the document around them."""
