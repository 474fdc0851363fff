"""Medians, quartiles and ratios of samples, and how they are written."""

import statistics


def median(samples):
    return statistics.median(samples)


def quartiles(samples):
    if len(samples) < 2:
        return samples[0], samples[0]
    low, _, high = statistics.quantiles(samples, n=4, method="inclusive")
    return low, high


def ratio(samples, others):
    """The median of the rounds' ratios: what slowed a round down has met both."""
    return statistics.median(mine / other for mine, other in zip(samples, others))


def number(value):
    """With three significant digits, none of them further than the third behind the point."""
    size = abs(value)
    digits = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 1 else 3
    return f"{value:,.{digits}f}"


def spread(samples, unit):
    """The median with the quartiles around it: 2.93 ms (2.88 to 3.01)."""
    low, high = quartiles(samples)
    return f"{number(median(samples))} {unit} ({number(low)} to {number(high)})"


def mebibytes(kibibytes):
    return f"{number(kibibytes / 1024)} MiB"
