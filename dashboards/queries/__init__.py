"""What the pages ask of a release: one function per question, each cached by its scope.

Rules of this folder: the first argument is a `Scope`; no argument starts with an underscore
(Streamlit would leave it out of the cache's key, trust.md 0.9); values go in as `$name`; no figure
is computed. Counting the rows a viewer may see is allowed, because no table can know every scope;
a rate, a mean or an interval always comes from a column.
"""
