"""The sections of mailproc.toml: each setting with its default, and what may stand there."""
