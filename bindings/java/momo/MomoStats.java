package momo;

/**
 * Counters of what a client's tokens cost. Clients that share a token share its counters.
 *
 * @param requests those that have ended, each retry counted
 * @param refreshes of a token that was still good
 * @param waits calls that waited for a request; those that waited together count as one
 * @param lastRequestMs what the last request took, -1 before the first
 * @param lastFailure OK if no request failed
 * @param lastFailureAt Unix time in seconds, 0 if no request failed
 * @param tokenExpiresIn seconds left, 0 if there is no token
 * @param cooldownMs until the gateway is asked again after a failure
 * @param tokensAdopted tokens of other processes, by the option cache
 * @param tokenOrigin of the token at hand
 */
public record MomoStats(
        long requests, long tokensIssued, long networkFailures, long credentialFailures, long rateLimitFailures,
        long serverFailures, long responseFailures, long retries, long refreshes, long failedRefreshes, long waits,
        long longestWaitMs, long invalidations, long lastRequestMs, MomoStatus lastFailure, long lastFailureAt,
        long tokenExpiresIn, long cooldownMs, long tokensAdopted, MomoOrigin tokenOrigin) {}
