"""My caseload: the page of a clinician, about own cases and nobody else."""
