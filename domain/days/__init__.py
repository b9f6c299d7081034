"""Days: working days, periods (期间) and the ledger of a deadline, by the State Council's notices.

`Calendar` (notices, names, sources) lives outside a workflow; what a workflow carries is `WorkingDays`, a value.
"""
