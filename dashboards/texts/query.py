"""Words of the page Query: examples to start from, what an answer says, refusals in plain words."""

NOTE = (
    "One select at a time, over the de-identified file of this release. Small counts are hidden "
    "and others rounded to 5. Nothing here can change it, or "
    "open another file."
)
EXAMPLES = {
    "Unplanned endings by quarter": (
        "select period, numerator, denominator_n, estimate, lo, hi\n"
        "from analyst.practice_metric\n"
        "where metric_id = 'dropout_d1' and period_kind = 'quarter'\n"
        "order by period"
    ),
    "Every figure of all time": (
        "select metric_id, instrument, numerator, denominator_n, estimate, lo, hi, status\n"
        "from analyst.practice_metric\n"
        "where period = 'all'\n"
        "order by metric_id, instrument"
    ),
    "Who is still coming, by session": (
        "select session_index, at_risk, events, survival\n"
        "from analyst.survival\n"
        "order by session_index"
    ),
    "What a figure means": (
        "select name, meaning, formula, population, limits\n"
        "from analyst.metric_catalogue\n"
        "where name ilike '%rupture%'"
    ),
    "What the file holds": (
        "select table_name, column_name, data_type\n"
        "from information_schema.columns\n"
        "where table_schema = 'analyst'\n"
        "order by table_name, ordinal_position"
    ),
}
EXAMPLE = "Start from an example"
STATEMENT = "Your question, as one select"
RUN = "Run it"
ANSWER = "Answer"
ANSWER_LABEL = "Rows of the answer"
ROWS_SAID = "{rows}, in {seconds} seconds."
CUT = "The first {rows} rows are shown. Narrow the question, or count instead of listing."
NO_ROWS = "The question is sound, and no row answers it."
NOTHING_ASKED = "Write a question, or start from an example."
ELSEWHERE = (
    "For all rows, or for a file: rapport sql --analyst --format csv. The de-identified file also "
    "opens in the DuckDB program, DBeaver or a notebook."
)
SHORTENED = " …"

# refusals
ANALYSTS_ONLY = "Questions to the de-identified file are the analyst's."
NO_FILE = "This release has no de-identified file. Run rapport build."
BUSY = "Other questions are being answered just now. Run yours again in a moment."
TOO_SLOW = "That took longer than {seconds} seconds and was stopped. Ask for less at a time."
NOT_SQL = "This is not SQL that DuckDB understands. {detail}"
NOT_THERE = "A name in the question is not in this file. {detail}"
NOT_ALLOWED = "Files, settings and extensions are closed to this page. It reads the file alone."
TOO_LARGE = "The answer does not fit into the memory of this page. Count or filter first."
CANNOT = "The question cannot be answered as it stands. {detail}"
