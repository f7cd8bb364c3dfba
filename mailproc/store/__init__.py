"""The office's memory: SQLAlchemy Core on SQLite or PostgreSQL, written once for both."""
