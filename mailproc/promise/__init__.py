"""How the promise of minutes is kept: whose time passed, and what a month looks like (pure)."""
