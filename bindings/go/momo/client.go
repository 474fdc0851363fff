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
	"unsafe"
)

// Client hands out tokens, to any number of goroutines at once.
type Client struct {
	mu     sync.RWMutex   // of a call into C for reading
	client *C.momo_client // nil after Close

	waiting sync.Mutex
	settled chan struct{} // what goroutines wait for
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
	c := new(Client)
	err := try(func(e **C.momo_error) { C.momo_create_client(config, &c.client, e) })
	if err != nil {
		return nil, err
	}
	runtime.SetFinalizer(c, (*Client).Close) // for those who forget it
	return c, nil
}

// Close ends the calls in progress and every later one with Cancelled. It may be called twice, but not
// by the log of this client.
func (c *Client) Close() error {
	c.call(func(**C.momo_error) { C.momo_cancel_client(c.client) }) // its clones too
	c.mu.Lock()
	defer c.mu.Unlock()
	C.momo_free_client(c.client)
	c.client = nil
	return nil
}

// call makes a call into C, and keeps the client alive meanwhile.
func (c *Client) call(f func(e **C.momo_error)) error {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.client == nil {
		return failure(Cancelled, "the client is closed; make another with NewClient")
	}
	return try(f)
}

// GetToken returns a valid token. Call it before each payment. The context's deadline is the call's
// whole time; without one it is the option timeout.
func (c *Client) GetToken(ctx context.Context) (*Token, error) { return c.token(ctx, false) }

// CreateToken asks the gateway for a new token: the operation CreateAccessToken. MTN advises
// against a token per transaction: GetToken is what most programs want. Each call takes a thread.
func (c *Client) CreateToken(ctx context.Context) (*Token, error) { return c.token(ctx, true) }

// InvalidateToken takes the AccessToken that the gateway refused, for example with a 401 to a payment.
// It is never returned again.
func (c *Client) InvalidateToken(accessToken string) error {
	if accessToken == "" || strings.ContainsRune(accessToken, 0) {
		return failure(InvalidArgument, "the token is empty or has a NUL in it")
	}
	text := C.CString(accessToken)
	defer C.free(unsafe.Pointer(text))
	return c.call(func(e **C.momo_error) { C.momo_invalidate_token(c.client, text, e) })
}

// ClearCache forgets every token that this process holds.
func ClearCache() { C.momo_clear_cache() }

// Version is that of the library.
func Version() string { return C.GoString(C.momo_version()) }
