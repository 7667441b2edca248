"""The Lambda functions: one folder each, entered at functions.<folder>.handler.handler."""
