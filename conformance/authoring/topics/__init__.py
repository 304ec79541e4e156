"""One module for each topic or family of topics."""
