"""The contract of Sasayaki: the events that it tells and the calls that it answers."""
