"""The course as a place to read in: a static site, made by Sphinx of what learners get."""
