"""证照: licences as numbered, versioned, signed credentials that verify without us."""
