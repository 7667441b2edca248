"""Relays what happened to cases from the case table's stream to the event bus."""
