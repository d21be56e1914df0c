"""RoutingService: who may ask what, and what a request has to look like."""
