"""What a lesson looks like away from a notebook: as a page in a browser, and its formulas in a terminal."""
