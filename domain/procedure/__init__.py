"""The procedure as pure rules: events, steps and their gates, and the walk of a procedure over its events.

Nothing here knows a server, a disk or a clock: the workflow, the list of actions, the dry run, the what-if and the
tests all use the same functions on the same values.
"""
