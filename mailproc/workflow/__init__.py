"""The pure half: what a request becomes when something happens. Touches nothing, knows no clock."""
