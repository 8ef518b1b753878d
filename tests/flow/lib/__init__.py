"""What the flow tests share: one module for each noun of a test."""
