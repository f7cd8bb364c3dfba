"""The whole loop on loopback: an embedded mail server, the daemon, an inbox viewer, the actors."""
