"""存证: one leaf a decision, so that receipts cannot be altered unseen."""
