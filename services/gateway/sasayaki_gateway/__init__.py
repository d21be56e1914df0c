"""The browser's door to the platform: it owns no stream and decides nothing."""
