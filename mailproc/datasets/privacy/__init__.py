"""Small cells: which figures of a round are never shown, decided once. Pure; see ADR 0012."""
