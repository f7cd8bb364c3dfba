"""What is wrong with the daemon or its surroundings, and how people learn of it.

Whoever finds a fault calls `store.alarms.raise_alarm`, in a transaction; `words` says what it
means and how to mend it; `letters` tells officers and admins by mail, once when it is raised and
once when it is mended; `webhook` is the second way out, for the day on which mail itself fails.
"""
