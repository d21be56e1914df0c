"""What browsers may ask, and its OpenAPI document."""
