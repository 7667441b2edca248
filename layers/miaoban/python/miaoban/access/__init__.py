"""Access 权限: who calls, which operations there are, and what Cedar lets each caller do.

Import the module that is needed (`principal`, `routes`, `resources`, `policy`, `errors`); only `policy` loads Cedar.
"""
