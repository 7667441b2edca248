"""Systems of others, simulated: for tests, for the demo, and to read before connecting a real one."""
