"""The site: the working desk of a municipality, and later its public pages. Django apps, lowest first: see ADR 8."""
