"""Test cases beside a flow: callers in virtual time, judged by what an enquiry decides."""
