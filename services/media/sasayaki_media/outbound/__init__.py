"""Calls out of the centre: nobody is called unless a rule, a right and a cap allow it."""
