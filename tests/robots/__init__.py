"""Machines that follow every link of every mail, against the daemon as an office runs it."""
