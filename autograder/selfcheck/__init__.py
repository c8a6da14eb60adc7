"""What students use: `check(softmax)` under each stub, `progress()`, and `pytest exercises`.

live        visible checks on functions that live in a notebook
notebook    what is particular about code in a running notebook
saved       visible checks on the saved notebook of a unit
progress    the whole picture
names       which exercises there are
unusable    what a check says of a value that it cannot work with
quiet       pytest without its voice
"""
