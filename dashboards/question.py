"""One question of an analyst, answered in a process of its own that can be killed at any moment.

DuckDB looks at an interruption only between two steps: one long function of one value would hold a
core for minutes, whatever the limit. So the dashboard runs this file beside itself
(`analyst.py`); the system ends the process when its time is over, and the dashboard goes on.

Here: the limits of that process, the closed settings of a connection, what a statement may name,
and the first rows as JSON. Not here: who may ask, which file, and any word for people. It imports
nothing of the dashboard, so that it starts in a sixth of a second.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
from decimal import Decimal
from typing import Any

import duckdb

# Order matters: external access can only be closed after the last setting that needs a file
# system; whoever uses them sets threads and memory after it, and locks at last.
CLOSED = (
    # Nowhere to spill to: otherwise too large a question is refused as if it had named a file.
    "SET temp_directory=''",
    "SET enable_external_access=false",
    "SET autoinstall_known_extensions=false",
    "SET autoload_known_extensions=false",
    "SET allow_community_extensions=false",
    "SET allow_persistent_secrets=false",
    "SET python_enable_replacements=false",
    "SET disabled_filesystems='LocalFileSystem'",
    "SET max_temp_directory_size='0B'",
)
LOCKED = "SET lock_configuration=true"

# One thread, so that the pages of everybody else go on meanwhile.
_OWN = ("SET threads=1", "SET memory_limit='160MB'")
# Of the whole process, which needs 250 MB of addresses before it does anything.
_ADDRESSES = 1 << 30
_ANSWER_BYTES = 8 << 20

# In this order: the first that fits says what kind of refusal it is, and whether it may be quoted.
_REFUSALS: tuple[tuple[type[Exception], str, bool], ...] = (
    (duckdb.OutOfMemoryException, "memory", False),
    (MemoryError, "memory", False),
    (duckdb.PermissionException, "closed", False),
    (duckdb.IOException, "closed", False),
    (duckdb.ParserException, "syntax", True),
    (duckdb.CatalogException, "name", True),
    (duckdb.BinderException, "name", True),
    (duckdb.ConversionException, "other", True),
    (duckdb.Error, "other", False),
)
# Some of DuckDB's own functions end the process, list paths, or write down what others ask.
_GIVE_ROWS = {"range", "generate_series", "unnest"}


class RefusedError(Exception):
    """The statement is none that is run.

    Attributes:
        kind: `select`, `syntax`, `closed` or `other`.
        detail: what DuckDB said, where that can hold nothing but the question itself.
    """

    def __init__(self, kind: str, detail: str = "") -> None:
        super().__init__(kind)
        self.kind, self.detail = kind, detail


def limit(seconds: float) -> None:
    """Give up what the answer does not need, and have the system end this process in time.

    Args:
        seconds: of processor time from now on, so that a busy machine takes nothing from them;
            nothing has to look at a clock, and nobody has to be left to wait.
    """
    for what, most in (
        (resource.RLIMIT_AS, _ADDRESSES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    signal.setitimer(signal.ITIMER_PROF, seconds)


def opened(path: str) -> duckdb.DuckDBPyConnection:
    """Open a file for reading it, and nothing else."""
    con = duckdb.connect(path, read_only=True)
    for setting in (*CLOSED, *_OWN, LOCKED):
        con.execute(setting)
    return con


def answer(con: duckdb.DuckDBPyConnection, sql: str, rows: int, longest: int) -> dict[str, Any]:
    """Run one select over a file without people, and give its first rows.

    Args:
        con: what `opened` gave.
        sql: the statement.
        rows: at most so many are read.
        longest: characters of a text that are kept, and one more where there were more.

    Returns:
        `names` and `rows`, or `refusal` with a `detail`.
    """
    try:
        cursor = con.execute(one_select(con, sql))
        found = [[plain(value, longest) for value in row] for row in cursor.fetchmany(rows)]
        return {"names": [column[0] for column in cursor.description or ()], "rows": found}
    except RefusedError as refused:
        return {"refusal": refused.kind, "detail": refused.detail}
    except (duckdb.Error, MemoryError) as error:
        kind, is_quoted = next((k, q) for known, k, q in _REFUSALS if isinstance(error, known))
        return {"refusal": kind, "detail": str(error) if is_quoted else ""}


def one_select(con: duckdb.DuckDBPyConnection, sql: str) -> duckdb.Statement:
    """Give the statement, if it is one that is run.

    Raises:
        RefusedError: it is not.
    """
    check_functions(con, sql)
    # `execute` runs every statement of a text.
    statements = con.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise RefusedError("select")
    return statements[0]


def check_functions(con: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Refuse a statement that takes its rows from any other function, however deep it stands.

    Raises:
        RefusedError: such a function, or text that is no select.
    """
    (written,) = con.execute("select json_serialize_sql(?)", [sql]).fetchone() or ("",)
    try:
        told = json.loads(written)
    except (ValueError, RecursionError) as error:
        raise RefusedError("other") from error
    if told["error"]:
        if told["error_type"] == "parser":
            raise RefusedError("syntax", f"Parser Error: {told['error_message']}")
        raise RefusedError("select")
    left = [told]
    while left:
        node = left.pop()
        if isinstance(node, list):
            left += node
        elif isinstance(node, dict):
            left += node.values()
            is_function = node.get("type") == "TABLE_FUNCTION"
            if is_function and node["function"].get("function_name") not in _GIVE_ROWS:
                raise RefusedError("closed")


def plain(value: Any, longest: int) -> Any:
    """Turn a value of DuckDB into one that JSON has; whatever is no number becomes short text."""
    if value is None or isinstance(value, bool | int | float):
        return value
    return float(value) if isinstance(value, Decimal) else str(value)[: longest + 1]


def main() -> None:
    """Read a question from standard input, and write its answer to standard output."""
    asked = json.load(sys.stdin)
    con = opened(asked.pop("path"))
    limit(asked.pop("seconds"))
    written = json.dumps(answer(con, **asked))
    if len(written) > _ANSWER_BYTES:
        written = json.dumps({"refusal": "memory", "detail": ""})
    sys.stdout.write(written)


if __name__ == "__main__":
    main()
