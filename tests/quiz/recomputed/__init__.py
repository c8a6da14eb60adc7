"""Every drawn answer computed again, from the text that a student sees and from nothing else.

A module for each unit, named after its slug; a function for each question whose numbers are drawn, named after the question. It
takes a `Shown` and returns the answer: a number, a shape, the text of the right option, or what is printed.
"""
