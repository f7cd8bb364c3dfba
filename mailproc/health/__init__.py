"""How the daemon is: what is looked at, what is wrong, and what is held back until it is right.

`pulse` is the sign of life of a loop; `machine`, `pulses` and `queues` turn what they see into
faults; `timekeeping` keeps a time that a wrong clock does not move; `warden` looks at all of it
without the database, `bell` writes alarms down and tells them; `metrics` says it in figures.
"""
