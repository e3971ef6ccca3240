"""Every figure the simulated practice rests on, with where it comes from.

One row per figure. A figure that a published source gives names the source as metrics.md cites it;
a figure chosen so that the practice looks like one says "choice" and why. Nothing is computed here,
and no other module of the simulator holds a figure of its own that changes how people behave.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Parameter:
    """One figure: its name, value, unit, meaning and source."""

    name: str
    value: float
    unit: str
    meaning: str
    source: str


# fmt: off
_ROWS: tuple[tuple[str, float, str, str, str], ...] = (
    # --- alliance, on the scale of the SRS total -------------------------------------------------
    ("alliance_start", 36.4, "SRS points", "Mean alliance at session 1 before the cap at 40",
     "choice: about a quarter to a third of totals below 36, metrics.md 1.2 [M, ICCE]"),
    ("alliance_growth", 0.45, "SRS points per doubling", "Growth with log2(session)",
     "choice: growth is front-loaded, metrics.md 2.3"),
    ("alliance_top", 41.0, "SRS points", "Highest usual level of a client (scale: 40)",
     "choice: clients at the ceiling can still fall, metrics.md 2.8"),
    ("alliance_icc", 0.05, "share", "Share of alliance variance between clinicians",
     "metrics.md 2.5 and 10 [D]"),
    ("alliance_client_sd", 3.2, "SRS points", "Spread of clients, whoever they see",
     "screens.md 2: SRS SD about 5 in all"),
    ("alliance_pair_sd", 2.0, "SRS points", "Spread of pairs beyond client and clinician",
     "screens.md 2: SRS SD about 5 in all"),
    ("within_sd_median", 1.8, "SRS points", "Median within-client spread",
     "metrics.md 4.3: pooled 2.5 or lower; 1.5 and 2.5 are its calibration rows [C]"),
    ("within_sd_log_sd", 0.25, "log points", "Spread of that spread over clients", "choice"),
    ("within_sd_max", 2.5, "SRS points", "Largest within-client spread", "metrics.md 4.3 sigma_w"),
    ("ceiling_share", 0.08, "share", "Clients who answer 40 whatever happens",
     "choice: metrics.md 2.8 asks that flat 40s are recognised"),
    ("trainee_alliance", -0.5, "SRS points", "Trainees' alliance against staff's",
     "choice: small beside the spread of clients"),
    ("trauma_alliance", -0.8, "SRS points", "Clients with a trauma history",
     "choice: trust is slower, metrics.md 7 claim 5"),
    ("wai_mean", 49.0, "WAI-SR points", "WAI-SR total where the SRS would be at its start mean",
     "metrics.md 1.2: item mean 3.8 to 4.2 [M-low]"),
    ("wai_per_srs", 1.75, "WAI-SR per SRS point", "Change of scale between the two instruments",
     "metrics.md 1.2: item SD .6 to .8 [M-low]; within-client 4.2, 4.3 sigma_w"),
    ("wai_item_sd", 0.45, "item points", "Noise of one WAI-SR item",
     "metrics.md 1.2: alpha .91 [M]"),
    ("therapist_bias", -0.6, "client SD", "How much lower clinicians rate than clients",
     "metrics.md 2.6: d about .63 [M]"),
    ("therapist_tracking", 0.6, "share", "How far clinicians follow the client's movement",
     "metrics.md 2.6: r about .36 [M]"),
    # --- rupture and repair ----------------------------------------------------------------------
    ("rupture_share", 0.45, "share", "Episodes for which a rupture is planned (some end before it)",
     "metrics.md 4.1 [V25]: about a quarter then show one; 1.3 [M]: 37 % report one early"),
    ("rupture_second", 0.15, "share", "Repaired ruptures followed by a second one", "choice"),
    ("rupture_first_session", 3.0, "session", "Earliest onset", "metrics.md 4.4 R3"),
    ("rupture_onset_mean", 3.0, "sessions", "Mean wait from the earliest onset to the onset",
     "metrics.md 4.4 R3: the first six sessions are the window"),
    ("rupture_depth_mean", 9.0, "SRS points", "Mean depth",
     "metrics.md 4.3 [C]: the rule finds 65 % at 7 points"),
    ("rupture_depth_sd", 2.2, "SRS points", "Spread of depth", "metrics.md 4.3 [C]"),
    ("rupture_depth_min", 4.0, "SRS points", "Smallest depth planted",
     "above min_drop, metrics.md 10"),
    ("rupture_slow_share", 0.3, "share", "Ruptures that decline over several sessions",
     "metrics.md 4.1 [V27b]: a simple V first, slow decline second"),
    ("rupture_slow_max", 6.0, "sessions", "Longest decline", "metrics.md 4.1 [V27b]"),
    ("repair_share", 0.72, "share", "Ruptures that would be repaired if the client stays",
     "metrics.md 4.1 [V25]: 89 of 154 are repaired; here about half are, in time"),
    ("repair_clinician_sd", 0.5, "logits", "Spread of clinicians in repairing", "choice"),
    ("repair_sessions_max", 3.0, "sessions", "Latest repair after the deepest point",
     "metrics.md 4.3 K"),
    ("rupture_settling", 0.9, "ratio", "What is left of an unrepaired depth one session later",
     "metrics.md 4.5: partial rebound"),
    # --- dropout and other endings ---------------------------------------------------------------
    ("dropout_logit_first", -3.65, "logits", "Dropout after session 1, other things at their mean",
     "calibrated to 19.7 % in all, metrics.md 5.1 [V37]"),
    ("dropout_logit_second", -4.15, "logits", "Dropout after session 2", "as above"),
    ("dropout_logit_later", -4.9, "logits", "Dropout after sessions 3 to 10", "as above"),
    ("dropout_logit_late", -5.2, "logits", "Dropout after session 11 and later", "as above"),
    ("dropout_icc", 0.057, "share", "Share of dropout variance between clinicians",
     "metrics.md 5.1 [V39]"),
    ("dropout_alliance", -0.55, "logits per SD", "Effect of the client's general alliance level",
     "metrics.md 5.1 [V38]: d = .55"),
    ("dropout_open_rupture", 0.993, "logits", "While a rupture is open",
     "metrics.md 4.7 [C]: OR about 2.7 from d = .55"),
    ("dropout_trainee", 0.35, "logits", "With a trainee",
     "metrics.md 5.1 [M]: 26.6 % with trainees"),
    ("dropout_preference", 0.582, "logits", "A recorded preference was not met",
     "metrics.md 7 claim 9 [V44]: OR 1.79"),
    ("dropout_severity", 0.1, "logits per SD", "Intake severity", "choice"),
    ("planned_length_median", 10.0, "sessions", "Median length of a treatment that runs its course",
     "choice: brief outpatient work"),
    ("planned_length_log_sd", 0.5, "log sessions", "Spread of that length", "choice"),
    ("hazard_transferred", 0.006, "per session", "Moves to another clinician", "choice"),
    ("hazard_referred_on", 0.003, "per session", "Referred on", "choice"),
    ("hazard_moved", 0.0025, "per session", "Moves away", "choice"),
    ("hazard_administrative", 0.002, "per session", "Ends for insurance or the like", "choice"),
    ("hazard_ended_by_clinician", 0.002, "per session", "The clinician ends", "choice"),
    ("hazard_deceased", 0.00005, "per session", "Dies", "choice"),
    ("mutual_share", 0.25, "share", "Planned endings written down as mutual", "choice"),
    ("never_started_share", 0.05, "share", "Clients booked who never attend",
     "choice: a separate engagement rate, metrics.md 5.1"),
    ("return_share", 0.04, "share", "Completed clients who come back after a pause",
     "choice: a new episode after 90 days, metrics.md 0.3"),
    ("same_day_share", 0.35, "share", "Transfers handed over on the same day", "choice"),
    # how dropouts look in the records
    ("dropout_missed_last", 0.75, "share", "Dropouts whose last booking was missed",
     "metrics.md 5.1 [M]: stopped attending is the commonest picture"),
    ("dropout_coded", 0.62, "share", "Dropouts that the clinician writes down as such",
     "metrics.md 5.1 [V41]: clinicians underestimate"),
    ("dropout_coded_completed", 0.04, "share", "Dropouts written down as completed", "as above"),
    ("dropout_closed_unknown", 0.12, "share", "Dropouts closed without a reason", "choice"),
    ("planned_left_open", 0.015, "share", "Planned endings that nobody closes", "choice"),
    ("planned_closed_unknown", 0.02, "share", "Planned endings closed without a reason", "choice"),
    # --- attendance ------------------------------------------------------------------------------
    ("p_no_show", 0.055, "per booking", "No-show", "metrics.md 5.3: 10 to 25 % in all [M-low]"),
    ("p_late_cancel", 0.035, "per booking", "Late cancellation by the client", "as above"),
    ("p_cancelled_client", 0.045, "per booking", "Timely cancellation by the client", "choice"),
    ("p_cancelled_clinician", 0.025, "per booking", "Cancellation by the clinician",
     "metrics.md 7: example 6 of 120"),
    ("p_rescheduled", 0.012, "per booking", "Moved to the evening of the same day", "choice"),
    ("p_other_missed", 0.004, "per booking", "Not seen for other or unknown reasons", "choice"),
    ("missed_open_rupture", 1.8, "ratio", "Missed bookings while a rupture is open", "choice"),
    ("attended_late_share", 0.03, "share", "Attended sessions that began late", "choice"),
    ("clinician_cancel_log_sd", 0.35, "log ratio", "Spread of clinicians in cancelling", "choice"),
    ("no_booking_share", 0.1, "share", "Open cases without a next booking", "choice"),
    # --- forms -----------------------------------------------------------------------------------
    ("form_missing_logit", -1.8, "logits", "Alliance form missing, ordinary session",
     "choice: completion of 70 to 85 % in all"),
    ("form_missing_clinician_sd", 0.45, "logits", "Spread of clinicians in asking", "choice"),
    ("form_missing_open_rupture", 0.9, "logits", "While a rupture is open",
     "metrics.md 4.5: missing after a bad session is informative"),
    ("form_missing_last", 1.3, "logits", "At the last session before a dropout", "metrics.md 4.5"),
    ("form_missing_before_last", 0.7, "logits", "At the session before that", "metrics.md 4.5"),
    ("form_missing_low", 0.25, "logits per SD",
     "Per SD that the session is below the client's mean",
     "metrics.md 4.5"),
    ("form_declined_share", 0.1, "share", "Missing forms that are recorded as declined", "choice"),
    ("form_late_share", 0.05, "share", "Alliance forms that arrive after 48 hours",
     "metrics.md 6 F1, F2"),
    ("form_linked_share", 0.75, "share", "Forms that carry the session's id", "choice"),
    ("form_repeated_share", 0.003, "share", "Forms answered twice for one session",
     "metrics.md 0.3: keep the earliest complete one"),
    ("total_contradicted_share", 0.004, "share", "Totals that contradict their items",
     "metrics.md 1.1 rule 6"),
    ("phq_one_missing", 0.03, "share", "PHQ-9 forms with one item missing",
     "metrics.md 1.4: up to 2"),
    ("phq_three_missing", 0.01, "share", "PHQ-9 forms with three items missing", "metrics.md 1.5"),
    # --- outcome ---------------------------------------------------------------------------------
    ("ors_intake", 19.6, "ORS points", "Mean at intake", "metrics.md 1.4 [M, Miller 2003]"),
    ("ors_intake_sd", 7.5, "ORS points", "Spread at intake", "metrics.md 1.4: 8.7 with noise [M]"),
    ("ors_gain", 2.6, "ORS points per doubling", "Mean gain",
     "choice: about 8 points by session 8"),
    ("ors_gain_sd", 1.9, "ORS points per doubling", "Spread of gain over clients", "choice"),
    ("ors_noise", 2.4, "ORS points", "Session noise", "choice: reliable change 5, metrics.md 1.4"),
    ("alliance_outcome_r", 0.278, "correlation", "Alliance level with gain",
     "metrics.md 2.0 [V14]"),
    ("outcome_rupture", -1.5, "ORS points", "While a rupture is open",
     "metrics.md 4.1 [V23]: r .29"),
    ("phq_intake", 14.5, "PHQ-9 points", "Mean at intake", "choice: above caseness 10"),
    ("phq_intake_sd", 4.8, "PHQ-9 points", "Spread at intake", "metrics.md 1.4: SD about 6 [C]"),
    ("gad_intake", 12.0, "GAD-7 points", "Mean at intake", "choice: above caseness 8"),
    ("gad_intake_sd", 4.2, "GAD-7 points", "Spread at intake", "metrics.md 1.4: SD 5.5 [C]"),
    # --- what is said of a session ---------------------------------------------------------------
    ("psq_client_open", 0.65, "share", "Clients who report tension while a rupture is open",
     "metrics.md 1.3 [V36]: with the calm sessions 19 to 42 % of sessions"),
    ("psq_client_calm", 0.13, "share", "Clients who report tension in a calm session", "as above"),
    ("psq_clinician_open", 0.45, "share", "Clinicians who report tension while one is open",
     "metrics.md 4.4 R8 [V31]: some ruptures go unrecognised"),
    ("psq_clinician_calm", 0.08, "share", "Clinicians who report tension in a calm session",
     "choice"),
    ("psq_repairing", 0.4, "share", "Tension named at the session that repairs it", "choice"),
    ("psq_addressed", 3.0, "item points", "Usual answer to how far it was addressed", "choice"),
    ("coded_share", 0.25, "share", "Episodes of the site whose recordings are coded", "choice"),
    ("coded_least_sessions", 5.0, "sessions", "Only longer courses are coded", "choice"),
    ("coded_false_share", 0.12, "share", "Markers coded in a calm session", "choice"),
    ("therapist_form_missing", 0.2, "share", "Clinicians' forms that do not come", "choice"),
    ("supervised_share", 0.5, "share", "Ruptures taken to supervision within the week", "choice"),
    ("pcl_intake", 40.0, "PCL-5 points", "Mean at intake after trauma",
     "choice: above the cut-off of 33, metrics.md 1.4"),
    ("pcl_intake_sd", 14.0, "PCL-5 points", "Spread at intake", "choice"),
    ("follow_up_share", 0.35, "share", "Planned ends followed up after three to six months",
     "metrics.md 7 claim 12: coverage usually below 40 %"),
    ("follow_up_drift", -0.8, "ORS points", "Mean change from the end to the follow-up", "choice"),
    ("follow_up_sd", 3.5, "ORS points", "Spread of that change", "choice"),
    # --- people ----------------------------------------------------------------------------------
    ("trauma_share", 0.32, "share", "Clients with a trauma history", "choice"),
    ("trauma_unknown_share", 0.12, "share", "Clients not asked", "choice"),
    ("preference_recorded_share", 0.7, "share", "Clients whose preference was recorded", "choice"),
    ("preference_met_share", 0.8, "share", "Recorded preferences that were met", "choice"),
    ("trainee_share", 0.25, "share", "Clinicians in training", "choice"),
    ("supervisor_share", 0.17, "share", "Clinicians who supervise", "choice"),
    ("assessment_share", 0.3, "share", "Episodes that begin with an assessment", "metrics.md 0.3"),
    # --- the review log --------------------------------------------------------------------------
    ("meeting_missed_share", 0.15, "share", "Meetings of supervision that do not take place",
     "choice: holidays, illness"),
    ("brought_share", 0.20, "share", "Meetings to which the supervisee brings a case of their own",
     "choice"),
    ("brought_at_the_end", 0.35, "share", "Supervisees with a case brought to the next meeting",
     "choice: the agenda shows what a wish looks like"),
    ("deferred_share", 0.10, "share", "Cases looked at that are put off", "choice"),
    ("review_again_share", 0.25, "share", "Reviews that set a day to look again", "choice"),
    ("undone_share", 0.02, "share", "Reviews recorded by mistake and taken back", "choice"),
    ("judged_share", 0.75, "share", "Signals of a reviewed case that are judged", "choice"),
    ("confirmed_if_open", 0.90, "share", "Signals judged right while a rupture is open",
     "choice: supervisor and clinician mostly notice"),
    ("confirmed_else_al1", 0.45, "share", "Low ratings judged right without a rupture",
     "choice: some clients rate low and mean it, metrics.md 2.8"),
    ("confirmed_else_al2", 0.05, "share", "Drops judged right without a rupture",
     "screens.md 2: a drop of one point cries wolf"),
    ("planned_share", 0.55, "share", "Reviews that plan a step", "choice"),
    ("step_forgotten_share", 0.10, "share", "Steps that nobody ever closes", "choice"),
    ("step_closed_share", 0.65, "share", "Steps closed at a meeting before their day", "choice"),
    ("step_closed_late_share", 0.65, "share", "Steps closed at a later meeting", "choice"),
)
# fmt: on

PARAMETERS: tuple[Parameter, ...] = tuple(Parameter(*row) for row in _ROWS)
_VALUES: dict[str, float] = {row.name: row.value for row in PARAMETERS}


def value(name: str) -> float:
    """Return one figure by its name.

    Raises:
        KeyError: no figure has that name.
    """
    return _VALUES[name]
