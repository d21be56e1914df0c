"""What `./sasayaki` hands over to: processes, broker, seed, doctor, checks, benchmarks."""
