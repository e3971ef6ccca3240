"""Words of the page Definitions: what stands around each metric, table, threshold and download."""

# one metric
NOW = "Now ({whose}, all time)"
PRACTICE, PRACTICE_ROUNDED = "practice", "practice, rounded"
NO_SINGLE = "No single figure: rows of {table}."
NO_FIGURE = "No figure yet: nothing has been counted for it."
HOW, COUNTED, LEFT_OUT = "How", "Counted", "Left out"
UNIT, UNIT_OF = "One unit, given in", "{grain}, {unit}"
RESTS_ON = "Rests on"
USED_FOR, LIMITS, STANDS_FOR = "May be used for", "Limits", "Stands in for"
WORTH = "Worth a conversation"
THRESHOLD, THRESHOLD_OF = "Threshold", "{meaning}: {value} {unit} ({name}). Rests on {source}"
PLACE, PLACE_OF = "Table, column", "{tables}; column {column}"
TESTS = "Tests"
TESTED = "The rules are held against a second, independent calculation."
CHECKED = "Of {checks} of its tables in this release, {passed} passed."
NOT_CHECKED = "No check of Data quality looks at its table alone."
AGAINST = "Not passed: {check}."
ONE_CHECK = "check"
VERSION, FIRST_VERSION = "Version history", "Version 1: unchanged since it was first published"
LATER_VERSION = "Version {version} now. {history}"
NO_HISTORY = "This release does not say what changed."

FIGURES = "Figures"
FIGURES_NOTE = "Open one to see what it is now, its meaning, population and source."
NOT_KNOWN = "No figure of that name is in this release. All of them are below."
NO_FIGURES = "This release holds no definitions. Run `rapport build` to make one that does."
DOWNLOAD = "Download all definitions as a table (CSV)"
FILE_NAME = "rapport-definitions-{release_id}-{token}.csv"

# questionnaires and thresholds
QUESTIONNAIRES = "Questionnaires"
QUESTIONNAIRES_NOTE = (
    "Scores only: no item wording is stored. The licence to use one is the practice's own."
)
QUESTIONNAIRE, NAME, ABOUT, RANGE = "Questionnaire", "Name", "About", "Range"
BETTER, HIGHER, LOWER = "Better is", "higher", "lower"
CUTOFF, RELIABLE, LICENCE = "Cut-off", "Reliable change", "Licence"
FROM_TO = "{low} to {high}"
THRESHOLDS = "Thresholds"
THRESHOLDS_NOTE = "Every number a rule uses, with what it rests on."
ALL_PARAMETERS = "All parameters of this release"
PARAMETER, FOR, VALUE, UNIT_COLUMN = "Parameter", "For", "Value", "Unit"
MEANING, ALL = "Meaning", "all"

# tables
TABLES = "Tables"
TABLES_NOTE = (
    "What this role can read, with what a row is. Each table has a key, named first, and keeps its "
    "columns from release to release."
)
TABLE, ROWS_ABOUT, IS = "Table", "Rows about", "What a row is"
REACHES = {"PERSON": "People", "PRACTICE": "The practice", "OPEN": "Nobody"}
ALL_TABLES = "All tables of this role"
ONE_TABLE = "Columns of"
COLUMN, KIND = "Column", "Kind"
NO_MEANING = "Not described in this release"

# lineage
LINEAGE = "Where a figure comes from"
LINEAGE_NOTE = "From left to right: feeds of the sources, tables of facts, figures, readers."
NO_LINEAGE = "No delivery is in this release, so there is nothing to trace."
FEEDS, FACTS, RESULTS, READERS = "Feeds", "Facts (core)", "Figures (metrics)", "Read by"
FEED, ROWS, BECOMES = "Feed", "Rows", "Becomes"
WITH_ROWS = "{name}: {rows} rows"
GROUPS = {
    "PERSON": "About cases: {n} tables",
    "PRACTICE": "About the practice: {n} tables",
    "OPEN": "Definitions: {n} tables",
}
PAGES, ANALYSTS = "Pages and papers", "De-identified file"
LINEAGE_SAID = (
    "{rows} of {feeds} become {facts} of facts. From these come {figures} of figures: "
    "all that pages, papers and the de-identified file read."
)
ONE_ROW, ONE_FEED, ONE_TABLE_N = "accepted row", "feed", "table"

# asking and citing
ASK = "Ask the file yourself"
ASK_NOTE = (
    "rapport sql runs one read-only statement on this release. Add --analyst for the file with "
    "small counts hidden; it also opens in the DuckDB program, DBeaver or a notebook."
)
ASK_HERE = "Ask it on the page Query"
EXAMPLE = """-- unplanned endings per quarter, with what they rest on
select period, numerator, denominator_n, estimate, lo, hi
from metrics.practice_metric
where metric_id = 'dropout_d1' and period like '%-Q%'
order by period"""
EXAMPLE_ANALYST = EXAMPLE.replace("metrics.", "analyst.")
CITE = "How to cite"
CITED = (
    "Rapport, release {release_id}, data to {day}, parameters version {version}{demo}. "
    "Metric definitions as above."
)
SIMULATED = ", simulated practice"
