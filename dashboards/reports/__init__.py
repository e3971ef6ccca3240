"""Papers: the case review, agenda, monthly report, data-quality summary and definition card as PDF.

`paper.py` makes a PDF, a module each says what a paper says, `ask.py` decides who gets which,
`routes.py` serves them, `__main__.py` is what `rapport report` runs.
"""
