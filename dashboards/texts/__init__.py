"""Every sentence, label and heading of the screens and papers that is not data of the release.

One module per page, named as the page, and `common.py` for what several say. A text that takes
values has named fields (`"{n} of {cases} meet a rule"`). Words for codes and the formats of numbers
and dates are in `wording.py`; titles and first lines of pages in `registry.py`; the meaning of a
metric comes from the catalogue. A sentence has at most 25 words (`tests/structure/test_words.py`).
Not here: anything that decides what is said.
"""
