"""docs/validity.md: what was measured, in tables and in words that follow from the figures.

Here: the layout, and sentences chosen by figures. Not here: a measurement. A claim that fails is
printed as one that fails.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from validity.coverage import ASKED, Covered
from validity.detection import Counts
from validity.heldout import CARRIED, HELD_OUT_SEED, POSSIBLE_TOO, STRICTER
from validity.rates import Rate
from validity.series import SHAPES
from validity.sizes import Sizes
from validity.tuning import CANONICAL, NULL, OPTION, TUNING_SEED, Candidate

COVERAGE_SEED = 5000
_NULLS = (NULL, f"{NULL}, {CARRIED}", f"{NULL}, spread 2.5", f"{NULL}, spread 1.5")


def how_made(sizes: Sizes) -> str:
    """The line that says how to make the report again; a test holds the committed file to it."""
    return (
        f"Made by `make validity`. Tuning: seeds from {TUNING_SEED}, {sizes.tuning_practices}"
        f" practices a setting. Held out: seeds from {HELD_OUT_SEED}, {sizes.proof_practices}"
        f" practices of 40 episodes a setting. Intervals: seeds from {COVERAGE_SEED},"
        f" {sizes.coverage_practices} practices ({sizes.other_practices} in the worlds that break"
        " an assumption)."
    )


def render(
    sizes: Sizes,
    tuning: tuple[Candidate, list[Candidate], Candidate],
    shipped: tuple[float, float],
    proof: dict[str, dict[str, Counts]],
    covered: Sequence[Covered],
) -> str:
    """The whole report.

    Args:
        sizes: how much was simulated.
        tuning: the canonical rule, every candidate and the chosen one.
        shipped: allowance and threshold of seeds/parameters.csv.
        proof: held-out counts by setting and method.
        covered: coverage of every interval.

    Returns:
        Markdown.
    """
    parts = [
        _OPENING,
        how_made(sizes),
        "## 1. Rupture methods",
        _METHODS,
        *_method_tables(proof),
        "## 2. An option that finds more at the same false alarms",
        _OPTION,
        _tuning_table(*tuning),
        _shipped_words(tuning[2], shipped),
        _gain_table(proof),
        *_verdicts(proof),
        "## 3. Intervals",
        _INTERVALS,
        *_coverage_tables(covered),
        _coverage_words(covered),
    ]
    return "\n\n".join(parts) + "\n"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _percent(rate: Rate) -> str:
    if rate.estimate != rate.estimate:
        return "–"
    return f"{100 * rate.estimate:.1f} % ({100 * rate.lo:.1f}–{100 * rate.hi:.1f})"


def _points(rate: Rate) -> str:
    return f"{100 * rate.estimate:+.1f} ({100 * rate.lo:+.1f} to {100 * rate.hi:+.1f})"


def _number(rate: Rate) -> str:
    return (
        "–"
        if rate.estimate != rate.estimate
        else (f"{rate.estimate:.2f} ({rate.lo:.2f}–{rate.hi:.2f})")
    )


def _signed(rate: Rate) -> str:
    return f"{rate.estimate:+.2f} ({rate.lo:+.2f} to {rate.hi:+.2f})"


def _order(proof: dict[str, dict[str, Counts]]) -> list[str]:
    """The canonical rule first, then the option, then the others by name."""
    methods = [m for m in proof[NULL] if not m.endswith(" possible")]
    first = [CANONICAL, POSSIBLE_TOO, OPTION, *STRICTER.values()]
    return [*first, *sorted(set(methods) - set(first))]


def _method_tables(proof: dict[str, dict[str, Counts]]) -> list[str]:
    methods = _order(proof)
    alarms = _table(
        ["method", *_NULLS],
        [[m, *(_number(proof[null][m].alarms) for null in _NULLS)] for m in methods],
    )
    parts = ["**False alarms per 100 scored sessions**", alarms]
    for title, of, shown in (
        ("Sensitivity", "sensitivity", _percent),
        ("Right status (repaired or not) among those found and settled", "accuracy", _percent),
        ("Sessions from the planted onset to the onset found", "mean_delay", _number),
    ):
        rows = [[m, *(shown(getattr(proof[shape][m], of)) for shape in SHAPES)] for m in methods]
        parts += [f"**{title}**", _table(["method", *SHAPES], rows)]
    return parts


def _tuning_table(canonical: Candidate, candidates: Sequence[Candidate], chosen: Candidate) -> str:
    rows = [
        [
            name,
            f"{candidate.alarms:.2f}",
            *(f"{100 * candidate.sensitivity(shape):.1f} %" for shape in SHAPES),
        ]
        for name, candidate in [
            (CANONICAL, canonical),
            *(
                (
                    f"allowance {c.allowance:g}, threshold {c.threshold:g}"
                    + (" (chosen)" if c is chosen else ""),
                    c,
                )
                for c in candidates
            ),
        ]
    ]
    return _table(["on the tuning seeds", "false alarms", *SHAPES], rows)


def _shipped_words(chosen: Candidate, shipped: tuple[float, float]) -> str:
    if (chosen.allowance, chosen.threshold) == shipped:
        return "The chosen figures are the ones in `seeds/parameters.csv`."
    return (
        f"**The figures in `seeds/parameters.csv` (allowance {shipped[0]:g}, threshold"
        f" {shipped[1]:g}) are not the ones chosen here.**"
    )


def _gain_table(proof: dict[str, dict[str, Counts]]) -> str:
    rows = []
    for noise in ("", f", {CARRIED}"):
        for option in (OPTION, *STRICTER.values()):
            null = proof[NULL + noise]
            rows.append(
                [
                    option,
                    noise.removeprefix(", ") or "fresh noise",
                    _signed(null[option].more_alarms_than(null[CANONICAL])),
                    *(
                        _points(
                            proof[shape + noise][option].gain_over(proof[shape + noise][CANONICAL])
                        )
                        for shape in SHAPES
                    ),
                ]
            )
    header = ["held out, less casesens_shrunk_sd", "noise", "false alarms per 100"]
    return _table([*header, *(f"{shape}, points" for shape in SHAPES)], rows)


def _verdicts(proof: dict[str, dict[str, Counts]]) -> list[str]:
    """One sentence per claim, by whether the interval leaves zero."""
    lines = []
    for noise, words in (("", "fresh noise"), (f", {CARRIED}", CARRIED)):
        null = proof[NULL + noise]
        more = null[OPTION].more_alarms_than(null[CANONICAL])
        alarms = (
            "more false alarms" if more.lo > 0 else "fewer" if more.hi < 0 else "no more or fewer"
        )
        gains = {
            shape: proof[shape + noise][OPTION].gain_over(proof[shape + noise][CANONICAL])
            for shape in SHAPES
        }
        said = ", ".join(
            f"{shape} {'more' if g.lo > 0 else 'fewer' if g.hi < 0 else 'not told apart'}"
            for shape, g in gains.items()
        )
        lines.append(
            f"* {words}: {alarms} than the canonical rule ({_signed(more)}); found: {said}."
        )
    return ["\n".join(lines), _LIMITS]


def _coverage_tables(covered: Sequence[Covered]) -> list[str]:
    worlds = list(dict.fromkeys(c.world for c in covered))
    groups = list(dict.fromkeys(c.group for c in covered))
    parts = []
    for world in worlds:
        of = [c for c in covered if c.world == world]
        rows = []
        for name in dict.fromkeys(c.interval for c in of):
            cells = {c.group: c for c in of if c.interval == name}
            rows.append([name, *(_share(cells.get(group)) for group in groups)])
        parts += [f"**{world[0].upper()}{world[1:]}**", _table(["interval", *groups], rows)]
    return parts


def _share(cell: Covered | None) -> str:
    if cell is None:
        return "–"
    mark = "" if cell.is_as_asked else " ✗"
    return f"{_percent(cell.rate)}{mark}"


def _coverage_words(covered: Sequence[Covered]) -> str:
    overall = [c for c in covered if c.group == "all clinicians" and c.world == covered[0].world]
    good = [c.interval for c in overall if c.is_as_asked]
    bad = [c for c in overall if not c.is_as_asked]
    words = (
        f"Within {100 * ASKED[0]:.0f}–{100 * ASKED[1]:.0f} % over all clinicians where the"
        f" assumptions hold: {'; '.join(good) or 'none'}."
    )
    if bad:
        words += " **Outside: " + "; ".join(f"{c.interval} ({_percent(c.rate)})" for c in bad)
        words += ".**"
    return f"{words}\n\n{_WHY}"


_OPENING = """# How valid the figures are

What the rupture methods find, miss and invent, and how often an interval holds the truth, on
simulated practices whose truth was planted. The SQL that ran is the SQL of a build
(`validity/project_sql.py` runs dbt's own compiled text); only the data are made up. All of it says
how the rules behave on data made like this, not what happens in a room: no rule here has been held
against an observer's coding of sessions."""

_METHODS = """Every episode of a planted setting holds one rupture: a step drop of 5 to 9 SRS
points, a small drop of 2.5 to 4.5, or a slow decline of 4 to 8 points over three to six sessions;
60 % are repaired one to three sessions after the deepest point. Levels, growth, unsteadiness,
lengths and missing forms (more of them while a rupture is open) are those of
`validity/series.py`; scores stop at 40. A rupture is found when a method marks an onset from its
first session until it is repaired, or three sessions past its deepest point. Null data are the same
practices without any rupture; two more nulls are the calibration rows of metrics.md 4.3 (mean 36,
ten sessions, one spread for all). "Noise carried over" lets a session's noise correlate .3 with the
one before: no rule was calibrated on that, and real ratings may do it. Direct reports (psq_direct,
therapist_coded, 3rs) are what somebody says; simulating them would only give the assumption back.
Intervals are 95 % over practices."""

_OPTION = """`cusum_shrunk` (`dbt_project/macros/rupture_cumulated.sql`) adds up how far the last
one, two or three scores lie below the level before them, in shrunken spreads, less an allowance.
Its course after the onset is the one of every method. Its figures were chosen on tuning seeds, then
left alone: per allowance the smallest threshold that marks no more than the canonical rule in null
data, of those the one that finds most small drops and slow declines."""

_LIMITS = """What this does and does not say. The gain is largest where the canonical rule is weak
by construction: a slow decline drags its reference of five scores along. A small drop of about two
spreads is found rarely by either rule; the option moves that by points, not by an order. The option
marks later, because it waits for a second or third low score. Where every client is as unsteady as
the pooled spread, or noise wanders, it marks more than the canonical rule at the shipped threshold
(first table); the stricter thresholds show what remains when that is paid for. It is therefore an
option in the registry, not the canonical rule, and no metric reads it."""

_INTERVALS = """One thousand practices of 4 to 30 clinicians with 5 to 90 episodes each. A planted
value is a clinician's own true mean or true share; it is drawn from the spread between clinicians
that the metrics assume (ICC .05 and .057), or from another one. ✗ marks a share outside 93–97 %."""

_WHY = """Why some lie outside. A drawn-in interval is a statement about clinicians like these on
average, not about each: it holds the typical clinician more often than 95 % of the time and an
unusual one (last column) less often, and that is the price of its being narrower. It also rests on
how much clinicians differ. Shares always use the published figure, means do in practices
of fewer than twenty clinicians: if clinicians differ more than that, the interval is too narrow, if
less, too wide. In larger practices a mean's limits allow for the estimate (Morris 1983); with plain
1.96 standard errors they held the planted value in 91 % where the assumptions hold. Read it
beside the plain interval (Wilson, t), which assumes nothing of the kind and holds throughout."""
