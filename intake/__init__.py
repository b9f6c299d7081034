"""Intake: the files that authorities exchange, read row by row into records (see `intake.penalties`)."""
