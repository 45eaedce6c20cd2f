"""For those who learn alone: what nobody who is graded gets.

`content/` has references, other solutions and all checks, laid out as in any content tree. nnlearn finds it
by the name of this package, beside the exercises that came with it.
"""
