"""Reports for people: tables for a terminal, plots as SVG."""
