"""Who is fit for what, and who of the fit comes first."""
