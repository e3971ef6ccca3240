"""Words around recording: what is said when a case or the review log cannot be had."""

NO_SUCH_CASE = "No such case in your view."
NOT_YOURS_TO_RECORD = "This role does not record that."
NOT_YOURS_TO_SEE = "This role does not see that."
NOT_SHOWN = (
    "This case cannot be shown just now, because Rapport notes who looks at a case and the review "
    "log does not answer. Try again later, or run `rapport doctor`."
)
UNREACHABLE = (
    "The review log does not answer, so nothing can be recorded just now. "
    "What was recorded before is safe. Try again later, or run `rapport doctor`."
)
