"""The methods of RoutingService by subject: who may ask, and what a request looks like."""
