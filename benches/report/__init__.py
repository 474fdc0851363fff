"""From results to docs/performance.md: no figure of it is written by hand."""
