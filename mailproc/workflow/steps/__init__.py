"""What each event does to a request, a module for each flow; `workflow.decide` calls them.

Every function is pure: request, event, rules and now in; the request after and what is owed out,
or None where the event has no effect. They set any state; `decide` holds them to the table.
"""
