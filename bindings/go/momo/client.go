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

	mu      sync.Mutex
	calls   int // those in progress: the last one out frees
	closed  bool
	waiting *flight // for a token
	late    *flight // for why there is none in time
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

// GetToken returns a valid token. Call it before each payment.
//
// The context's deadline is the call's whole time; without one it is the option timeout. Goroutines
// that wait at the same time wait for one call of the library.
func (c *Client) GetToken(ctx context.Context) (*Token, error) {
	if err := c.enter(ctx); err != nil {
		return nil, err
	}
	defer c.leave()
	// Mostly a token is at hand, or why there is none is known.
	token, e := get(c.client, 0)
	if e == nil {
		return token, nil
	}
	if e.Status != WouldBlock {
		return nil, e
	}
	return c.wait(ctx, c.join(&c.waiting, get, -1))
}

// CreateToken asks the gateway for a new token: the operation CreateAccessToken. MTN advises
// against a token per transaction: GetToken is what most programs want. Each call takes a thread.
func (c *Client) CreateToken(ctx context.Context) (*Token, error) {
	if err := c.enter(ctx); err != nil {
		return nil, err
	}
	defer c.leave()
	var alone *flight
	return c.wait(ctx, c.join(&alone, create, timeout(ctx)))
}

// InvalidateToken takes the AccessToken that the gateway refused, for example with a 401 to a payment.
// It is never returned again.
func (c *Client) InvalidateToken(accessToken string) error {
	if err := c.enter(context.Background()); err != nil {
		return err
	}
	defer c.leave()
	if accessToken == "" || strings.ContainsRune(accessToken, 0) {
		return failure(InvalidArgument, "the token is empty or has a NUL in it")
	}
	text := C.CString(accessToken)
	defer C.free(unsafe.Pointer(text))
	var e *C.momo_error
	if C.momo_invalidate_token(c.client, text, &e) != C.MOMO_OK {
		return takeError(e)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting = nil // the call in progress may have that token
	return nil
}

// ClearCache forgets every token that this process holds.
func ClearCache() {
	C.momo_clear_cache()
}

// Version is that of the library.
func Version() string {
	return C.GoString(C.momo_version())
}

type operation func(client *C.momo_client, timeout C.int64_t) (*Token, *Error)

func get(client *C.momo_client, timeout C.int64_t) (*Token, *Error) {
	var t *C.momo_token
	var e *C.momo_error
	C.momo_get_token(client, timeout, &t, &e)
	return take(t, e)
}

func create(client *C.momo_client, timeout C.int64_t) (*Token, *Error) {
	var t *C.momo_token
	var e *C.momo_error
	C.momo_create_token(client, timeout, &t, &e)
	return take(t, e)
}

func take(t *C.momo_token, e *C.momo_error) (*Token, *Error) {
	if e != nil {
		return nil, takeError(e)
	}
	return takeToken(t), nil
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

// enter keeps the client alive until leave.
func (c *Client) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return ended(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return failure(Cancelled, "the client is closed; make another with NewClient")
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
