"""Every chart as a pure function from rows to an Altair chart, and from there to a spec.

Nothing here queries, caches or knows Streamlit; the sentence, table and alternative text that
stand beside a chart are made in `figures.py`.
"""
