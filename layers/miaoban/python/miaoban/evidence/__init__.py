"""数据: what departments sent, and what may be concluded from it."""
