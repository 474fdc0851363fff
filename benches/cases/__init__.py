"""What is measured: each module has measure(world), which returns its part of the results."""
