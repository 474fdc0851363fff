package momo

// #include <momo.h>
import "C"

import (
	"context"
	"fmt"
	"time"
)

// Status says what a call ended with. Values are fixed for ever; new ones may come.
type Status int64

const (
	OK                     Status = C.MOMO_OK
	InvalidArgument        Status = C.MOMO_INVALID_ARGUMENT
	InvalidConfig          Status = C.MOMO_INVALID_CONFIG
	ResolveFailed          Status = C.MOMO_RESOLVE_FAILED
	ConnectFailed          Status = C.MOMO_CONNECT_FAILED
	TLSFailed              Status = C.MOMO_TLS_FAILED
	TimedOut               Status = C.MOMO_TIMED_OUT
	ConnectionLost         Status = C.MOMO_CONNECTION_LOST
	WouldBlock             Status = C.MOMO_WOULD_BLOCK
	Cancelled              Status = C.MOMO_CANCELLED
	Unauthorized           Status = C.MOMO_UNAUTHORIZED
	SubscriptionKeyRefused Status = C.MOMO_SUBSCRIPTION_KEY_REFUSED
	Forbidden              Status = C.MOMO_FORBIDDEN
	RateLimited            Status = C.MOMO_RATE_LIMITED
	ServerError            Status = C.MOMO_SERVER_ERROR
	UnexpectedStatus       Status = C.MOMO_UNEXPECTED_STATUS
	InvalidResponse        Status = C.MOMO_INVALID_RESPONSE
	CacheFailed            Status = C.MOMO_CACHE_FAILED
	Internal               Status = C.MOMO_INTERNAL
)

// String is the name in momo.h: "MOMO_TIMED_OUT".
func (s Status) String() string { return C.GoString(C.momo_status_name(C.int32_t(s))) }

// Error says why a call failed. It holds no secret.
type Error struct {
	Status     Status
	HTTPStatus int           // 0 if there was no response
	RetryAfter time.Duration // until another attempt is worth making, -1 if that is not known
	Message    string        // one line: what failed, why, what to do
	Code       string        // the response's own error code or a firewall's support ID
	Body       string        // the response, redacted, at most 4 KiB

	Err error // the context's, if that ended the call
}

func (e *Error) Error() string { return fmt.Sprintf("%v: %s", e.Status, e.Message) }

// Unwrap is for errors.Is(err, context.Canceled) and errors.Is(err, context.DeadlineExceeded).
func (e *Error) Unwrap() error { return e.Err }

// try makes a call into C, copies the error that it gives, and frees that.
func try(call func(e **C.momo_error)) error {
	var e *C.momo_error
	if call(&e); e == nil {
		return nil
	}
	defer C.momo_free_error(e)
	taken := failure(Status(e.status), C.GoString(e.message))
	taken.HTTPStatus = int(e.http_status)
	taken.Code, taken.Body = C.GoString(e.code), C.GoString(e.body)
	if e.retry_after_ms >= 0 {
		taken.RetryAfter = time.Duration(e.retry_after_ms) * time.Millisecond
	}
	return taken
}

func failure(status Status, message string) *Error {
	return &Error{Status: status, RetryAfter: -1, Message: message}
}

// ended is the error of a call that its context ended.
func ended(cause error, message string) *Error {
	e := failure(TimedOut, message)
	if cause == context.Canceled {
		e = failure(Cancelled, "the context ended")
	}
	e.Err = cause
	return e
}
