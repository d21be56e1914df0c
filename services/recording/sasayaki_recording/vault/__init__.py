"""The sound: pages in sealed files, and the WAV file that is made of them."""
