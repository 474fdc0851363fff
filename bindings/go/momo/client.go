// Package momo gets access tokens from MTN Mobile Money's Partner Gateway, through libmomo.
package momo

// #include <momo.h>
// #include <stdlib.h>
import "C"

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"time"
	"unsafe"
)

// Client hands out tokens, to any number of goroutines at once.
type Client struct {
	client *C.momo_client

	mu     sync.Mutex
	calls  int // those in progress: the last one out frees
	closed bool
}

// NewClient makes a client; the options are applied in their order. It uses no network.
func NewClient(options ...Option) (*Client, error) {
	config := C.momo_create_config()
	defer C.momo_free_config(config)
	for _, option := range options {
		if err := option(config); err != nil {
			return nil, err
		}
	}
	var client *C.momo_client
	var e *C.momo_error
	if C.momo_create_client(config, &client, &e) != C.MOMO_OK {
		return nil, takeError(e)
	}
	c := &Client{client: client}
	// For those who forget Close.
	runtime.SetFinalizer(c, (*Client).Close)
	return c, nil
}

// Close ends the calls in progress and every later one with Cancelled. It may be called twice.
func (c *Client) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.closed = true
		runtime.SetFinalizer(c, nil)
		C.momo_cancel_client(c.client) // its clones too
		if c.calls == 0 {
			C.momo_free_client(c.client)
		}
	}
	return nil
}

// GetToken gives a token that is good now, asking the gateway only where none is at hand. It is
// what to call before each payment.
//
// The context's deadline is the call's whole time; without one it is the option timeout.
func (c *Client) GetToken(ctx context.Context) (*Token, error) {
	if err := c.enter(ctx); err != nil {
		return nil, err
	}
	defer c.leave()
	if ctx.Done() != nil {
		// Mostly a token is at hand, or why there is none is known: nothing to wait for, or to cancel.
		token, e := get(c.client, 0)
		if e == nil || e.Status != WouldBlock {
			return result(token, e)
		}
	}
	return c.wait(ctx, get)
}

// CreateToken asks the gateway for a new token: the operation CreateAccessToken. MTN advises
// against a token per transaction: GetToken is what most programs want.
func (c *Client) CreateToken(ctx context.Context) (*Token, error) {
	if err := c.enter(ctx); err != nil {
		return nil, err
	}
	defer c.leave()
	return c.wait(ctx, create)
}

// InvalidateToken tells that the gateway refused a token, with a 401 to a payment, say: it is not
// handed out again.
func (c *Client) InvalidateToken(accessToken string) error {
	if err := c.enter(context.Background()); err != nil {
		return err
	}
	defer c.leave()
	if strings.ContainsRune(accessToken, 0) {
		return failure(InvalidArgument, "the token has a NUL in it", nil)
	}
	text := C.CString(accessToken)
	defer C.free(unsafe.Pointer(text))
	var e *C.momo_error
	if C.momo_invalidate_token(c.client, text, &e) != C.MOMO_OK {
		return takeError(e)
	}
	return nil
}

// ClearCache forgets every token that this process holds.
func ClearCache() {
	C.momo_clear_cache()
}

type operation func(client *C.momo_client, timeout C.int64_t) (*Token, *Error)

func get(client *C.momo_client, timeout C.int64_t) (*Token, *Error) {
	var t *C.momo_token
	var e *C.momo_error
	if C.momo_get_token(client, timeout, &t, &e) != C.MOMO_OK {
		return nil, takeError(e)
	}
	return takeToken(t), nil
}

func create(client *C.momo_client, timeout C.int64_t) (*Token, *Error) {
	var t *C.momo_token
	var e *C.momo_error
	if C.momo_create_token(client, timeout, &t, &e) != C.MOMO_OK {
		return nil, takeError(e)
	}
	return takeToken(t), nil
}

// wait makes a call that its context can end. To cancel is final and ends every call on a handle,
// so this call has a clone to itself.
func (c *Client) wait(ctx context.Context, do operation) (*Token, error) {
	if ctx.Done() == nil {
		return result(do(c.client, -1))
	}
	clone := C.momo_clone_client(c.client)
	defer C.momo_free_client(clone)
	returned, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		select {
		case <-returned:
		case <-ctx.Done():
			// The call has the context's deadline, and its own time-out says more.
			if _, timed := ctx.Deadline(); !timed || ctx.Err() != context.DeadlineExceeded {
				C.momo_cancel_client(clone)
			}
		}
	}()
	token, e := do(clone, timeout(ctx))
	close(returned)
	<-stopped // the clone is freed next
	if e != nil {
		return nil, e.because(ctx)
	}
	return token, nil
}

// timeout is what is left until the context's deadline. Never 0, which would mean not to block.
func timeout(ctx context.Context) C.int64_t {
	deadline, timed := ctx.Deadline()
	if !timed {
		return -1
	}
	left := (time.Until(deadline) + time.Millisecond - 1).Milliseconds()
	if left < 1 {
		left = 1
	}
	return C.int64_t(left)
}

func result(token *Token, e *Error) (*Token, error) {
	if e != nil { // a nil *Error in an error is not nil
		return nil, e
	}
	return token, nil
}

// enter keeps the client alive until leave.
func (c *Client) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return beforeCall(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return failure(Cancelled, "the client is closed; make another with NewClient", nil)
	}
	c.calls++
	return nil
}

func (c *Client) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls--
	if c.closed && c.calls == 0 {
		C.momo_free_client(c.client)
	}
}
