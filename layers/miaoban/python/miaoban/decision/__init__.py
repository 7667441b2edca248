"""决定: conditions judged on facts, one outcome, and a receipt that can be decided again."""
