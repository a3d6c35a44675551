"""Pure: no file, network, database, clock, randomness or page. The part that must be right."""
