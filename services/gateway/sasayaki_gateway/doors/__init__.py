"""The ways from a browser to the services: single calls, streams, sound, the phone."""
