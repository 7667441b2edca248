"""The ports on AWS. Nothing is imported, connected or read before its first use."""
