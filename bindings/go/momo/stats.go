package momo

// #include <momo.h>
import "C"

import "unsafe"

// Stats is momo_stats of momo.h, member by member. Clients that share a token share its counters.
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
	FailedRefreshes    int64 // after which that token stayed in use
	Waits              int64 // goroutines that wait at the same time count as one
	LongestWaitMs      int64
	Invalidations      int64
	LastRequestMs      int64  // -1 before the first
	LastFailure        Status // OK if none failed
	LastFailureAt      int64  // Unix time in seconds, 0 if none failed
	TokenExpiresIn     int64  // seconds, 0 if there is no token
	CooldownMs         int64  // until the gateway is asked again after a failure
	TokensAdopted      int64  // tokens of other processes, by the option cache
	TokenOrigin        Origin // of the token at hand
}

// Origin says where this process has a token from.
type Origin int64

const (
	OriginNone Origin = iota
	OriginGateway
	OriginDirectory
	OriginRedis
)

// Stats returns the counters; it does not block.
func (c *Client) Stats() (stats Stats, err error) {
	err = c.call(func(e **C.momo_error) {
		var s *C.momo_stats
		if C.momo_get_stats(c.client, &s, e) == C.MOMO_OK {
			stats = *(*Stats)(unsafe.Pointer(s))
			C.momo_free_stats(s)
		}
	})
	return
}

// An array of less than nothing: the header of an older library has fewer counters.
var _ [C.sizeof_momo_stats - unsafe.Sizeof(Stats{})]struct{}
