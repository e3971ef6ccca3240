"""A chart with everything that must stand beside it, cached by scope and filters.

Each function asks `queries/`, lets `charts/` draw, and adds the sentence, the table and the
alternative text; building the spec is most of the cost of a rerun (stack.md 2), so the whole is
cached. There is one theme; a second one would have to enter the keys here.
"""
