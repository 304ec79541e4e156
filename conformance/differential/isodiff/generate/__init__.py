"""Documents and contexts from a seed."""
