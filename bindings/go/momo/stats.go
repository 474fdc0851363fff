package momo

// #include <momo.h>
import "C"

import (
	"context"
	"time"
)

// Stats counts what a client's tokens cost. Clients that share a token share its counters.
type Stats struct {
	Requests           int64 // that have ended, each retry counted
	TokensIssued       int64
	NetworkFailures    int64 // ResolveFailed to ConnectionLost
	CredentialFailures int64 // Unauthorized to Forbidden
	RateLimitFailures  int64 // RateLimited
	ServerFailures     int64 // ServerError
	ResponseFailures   int64 // UnexpectedStatus and InvalidResponse
	Retries            int64
	Refreshes          int64 // of a token that was still good
	FailedRefreshes    int64 // after which that token was used on
	Waits              int64 // calls that waited for the request of another
	LongestWait        time.Duration
	Invalidations      int64
	LastRequest        time.Duration // what it took, negative before the first
	LastFailure        Status        // OK where none failed
	LastFailureAt      time.Time     // zero where none failed
	TokenExpiresIn     time.Duration // 0 where there is no token
	Cooldown           time.Duration // until the gateway is asked again after a failure
	TokensAdopted      int64         // tokens of other processes, by the option cache
	TokenOrigin        Origin        // of the token at hand
}

// Origin says where this process has a token from.
type Origin int

const (
	OriginNone    Origin = 0
	OriginGateway Origin = 1
	OriginFile    Origin = 2
	OriginRedis   Origin = 3
)

// Stats gives the counters; it does not block.
func (c *Client) Stats() (Stats, error) {
	if err := c.enter(context.Background()); err != nil {
		return Stats{}, err
	}
	defer c.leave()
	var s *C.momo_stats
	var e *C.momo_error
	if C.momo_get_stats(c.client, &s, &e) != C.MOMO_OK {
		return Stats{}, takeError(e)
	}
	defer C.momo_free_stats(s)
	stats := Stats{
		Requests:           int64(s.requests),
		TokensIssued:       int64(s.tokens_issued),
		NetworkFailures:    int64(s.network_failures),
		CredentialFailures: int64(s.credential_failures),
		RateLimitFailures:  int64(s.rate_limit_failures),
		ServerFailures:     int64(s.server_failures),
		ResponseFailures:   int64(s.response_failures),
		Retries:            int64(s.retries),
		Refreshes:          int64(s.refreshes),
		FailedRefreshes:    int64(s.failed_refreshes),
		Waits:              int64(s.waits),
		LongestWait:        time.Duration(s.longest_wait_ms) * time.Millisecond,
		Invalidations:      int64(s.invalidations),
		LastRequest:        time.Duration(s.last_request_ms) * time.Millisecond,
		LastFailure:        Status(s.last_failure_status),
		TokenExpiresIn:     time.Duration(s.token_expires_in) * time.Second,
		Cooldown:           time.Duration(s.cooldown_ms) * time.Millisecond,
		TokensAdopted:      int64(s.tokens_adopted),
		TokenOrigin:        Origin(s.token_origin),
	}
	if s.last_failure_at != 0 {
		stats.LastFailureAt = time.Unix(int64(s.last_failure_at), 0)
	}
	return stats, nil
}
