"""What both sides of the wall share: the requests of checks, and the plain data that crosses."""
