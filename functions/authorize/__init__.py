"""The authorize function: the gateway's Lambda authoriser (TOKEN)."""
