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
//
// Leave the option cache at process, or set it to none: with client, a call that asks the gateway
// under a context that can be cancelled keeps its token to itself.
type Client struct {
	config *C.momo_config // for the clients of single calls; never changed once this is made
	shared *C.momo_client
	done   chan struct{} // closed by Close

	mu      sync.Mutex
	calls   int // those in progress: the last one out frees
	closed  bool
	waiting sync.WaitGroup // calls with a client of their own, until that may be freed
}

// NewClient makes a client; the options are applied in their order. It uses no network.
func NewClient(options ...Option) (*Client, error) {
	c := &Client{config: C.momo_create_config(), done: make(chan struct{})}
	for _, option := range options {
		if err := option(c.config); err != nil {
			c.free()
			return nil, err
		}
	}
	shared, err := c.newHandle()
	if err != nil {
		c.free()
		return nil, err
	}
	c.shared = shared
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
		close(c.done)
		// Last the one that all share: a call that waits for its request would ask by itself.
		c.waiting.Wait()
		C.momo_cancel_client(c.shared)
		if c.calls == 0 {
			c.free()
		}
	}
	return nil
}

// GetToken gives a token that is good now, asking the gateway only where none is at hand. It is
// what to call before each payment.
//
// The context's deadline is the call's whole time; without one it is the option timeout.
func (c *Client) GetToken(ctx context.Context) (*Token, error) {
	return c.call(ctx, func(client *C.momo_client, timeout C.int64_t) (*Token, *Error) {
		var t *C.momo_token
		var e *C.momo_error
		if C.momo_get_token(client, timeout, &t, &e) != C.MOMO_OK {
			return nil, takeError(e)
		}
		return takeToken(t), nil
	})
}

// CreateToken asks the gateway for a new token: the operation CreateAccessToken. MTN advises
// against a token per transaction: GetToken is what most programs want.
func (c *Client) CreateToken(ctx context.Context) (*Token, error) {
	return c.call(ctx, func(client *C.momo_client, timeout C.int64_t) (*Token, *Error) {
		var t *C.momo_token
		var e *C.momo_error
		if C.momo_create_token(client, timeout, &t, &e) != C.MOMO_OK {
			return nil, takeError(e)
		}
		return takeToken(t), nil
	})
}

// InvalidateToken tells that the gateway refused a token, with a 401 to a payment, say: it is not
// handed out again.
func (c *Client) InvalidateToken(accessToken string) error {
	if !c.enter() {
		return errClosed()
	}
	defer c.leave()
	if strings.ContainsRune(accessToken, 0) {
		return failure(InvalidArgument, "the token has a NUL in it", nil)
	}
	text := C.CString(accessToken)
	defer C.free(unsafe.Pointer(text))
	var e *C.momo_error
	if C.momo_invalidate_token(c.shared, text, &e) != C.MOMO_OK {
		return takeError(e)
	}
	return nil
}

// ClearCache forgets every token that this process holds.
func ClearCache() {
	C.momo_clear_cache()
}

type operation func(client *C.momo_client, timeout C.int64_t) (*Token, *Error)

func (c *Client) call(ctx context.Context, do operation) (*Token, error) {
	if err := ctx.Err(); err != nil {
		return nil, beforeCall(err)
	}
	if !c.enter() {
		return nil, errClosed()
	}
	defer c.leave()

	if ctx.Done() == nil {
		token, e := do(c.shared, -1)
		return result(token, e)
	}
	// Mostly a token is at hand, or why there is none is known: nothing to wait for, or to cancel.
	atHand, e := do(c.shared, 0)
	if e == nil || e.Status != WouldBlock {
		return result(atHand, e)
	}
	// Cancelling is final for a client, and ends all calls on it. So this call has one of its own;
	// they are cheap, and share the token.
	own, err := c.newHandle()
	if err != nil {
		return nil, err
	}
	defer C.momo_free_client(own)
	stop := c.cancelWith(ctx, own)
	token, e := do(own, timeout(ctx))
	stop()
	if e != nil {
		return nil, e.because(ctx)
	}
	return token, nil
}

// cancelWith cancels a client when the context is, or when Close is called, until stop returns.
func (c *Client) cancelWith(ctx context.Context, own *C.momo_client) (stop func()) {
	returned, stopped := make(chan struct{}), make(chan struct{})
	c.mu.Lock()
	c.waiting.Add(1)
	c.mu.Unlock()
	go func() {
		defer c.waiting.Done()
		defer close(stopped)
		select {
		case <-returned:
			return
		case <-c.done:
		case <-ctx.Done():
			if _, timed := ctx.Deadline(); timed && ctx.Err() == context.DeadlineExceeded {
				// The call has the same deadline, and its own time-out says more.
				return
			}
		}
		C.momo_cancel_client(own)
	}()
	return func() {
		close(returned)
		<-stopped
	}
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

func (c *Client) newHandle() (*C.momo_client, error) {
	var client *C.momo_client
	var e *C.momo_error
	if C.momo_create_client(c.config, &client, &e) != C.MOMO_OK {
		return nil, takeError(e)
	}
	return client, nil
}

// enter keeps the handles alive until leave.
func (c *Client) enter() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	c.calls++
	return true
}

func (c *Client) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls--
	if c.closed && c.calls == 0 {
		c.free()
	}
}

func (c *Client) free() {
	C.momo_free_client(c.shared)
	C.momo_free_config(c.config)
}

func errClosed() *Error {
	return failure(Cancelled, "the client is closed; make another with NewClient", nil)
}
