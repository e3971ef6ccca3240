"""The weekly digest: one text per supervisor and week, written to a folder and sent if configured.

`weekly.py` decides what is due, `mail.py` hands one text to the server, `secrets.py` reads the
password and the addresses. What a digest says is made by the dashboard's code (`beside.py`).
"""
