package momo

// #include <momo.h>
import "C"

import (
	"context"
	"time"
)

// token returns the token at hand, or sleeps until there may be one. No goroutine waits in C, where
// each would take a thread of the operating system, except for a token that it creates.
func (c *Client) token(ctx context.Context, create bool) (*Token, error) {
	if err := ctx.Err(); err != nil {
		return nil, ended(err, "the context ended")
	}
	for !create {
		token, e := c.atHand()
		switch err := ctx.Err(); {
		case e == nil:
			return token, nil
		case e.Status != WouldBlock:
			return nil, e
		case e.RetryAfter < 0: // the library asks for nothing in the background
			return c.block(ctx, false)
		case err != nil:
			return nil, ended(err, e.Message)
		}
		select {
		case <-c.outcome(e.RetryAfter):
		case <-ctx.Done():
		}
	}
	return c.block(ctx, true)
}

// outcome is closed as soon as there is a token or a failure. One goroutine looks for all.
func (c *Client) outcome(every time.Duration) <-chan struct{} {
	c.waiting.Lock()
	defer c.waiting.Unlock()
	if c.settled == nil {
		c.settled = make(chan struct{})
		go func() {
			for e := (&Error{Status: WouldBlock}); e != nil && e.Status == WouldBlock && e.RetryAfter >= 0; {
				time.Sleep(every)
				_, e = c.atHand()
			}
			c.waiting.Lock()
			defer c.waiting.Unlock()
			close(c.settled)
			c.settled = nil
		}()
	}
	return c.settled
}

// block makes a call that takes a thread. To cancel is final, so the call has a client of its own.
func (c *Client) block(ctx context.Context, create bool) (token *Token, err error) {
	err = c.call(func(e **C.momo_error) {
		clone := C.momo_clone_client(c.client)
		defer C.momo_free_client(clone)
		returned, watched := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(watched)
			select {
			case <-returned:
			case <-ctx.Done():
				if ctx.Err() == context.Canceled { // a deadline ends the call by itself
					C.momo_cancel_client(clone)
				}
			}
		}()
		token = take(clone, create, timeout(ctx), e)
		close(returned)
		<-watched
	})
	if e, failed := err.(*Error); failed && ctx.Err() != nil &&
		(e.Status == TimedOut || e.Status == Cancelled) {
		return nil, ended(ctx.Err(), e.Message)
	}
	return
}

// timeout is what is left until the context's deadline. Never 0, which would mean not to block.
func timeout(ctx context.Context) C.int64_t {
	deadline, timed := ctx.Deadline()
	if !timed {
		return -1
	}
	left := time.Until(deadline) + time.Millisecond - 1
	if left < time.Millisecond {
		return 1
	}
	return C.int64_t(left.Milliseconds())
}

func (c *Client) atHand() (token *Token, failed *Error) {
	err := c.call(func(e **C.momo_error) { token = take(c.client, false, 0, e) })
	failed, _ = err.(*Error)
	return
}

// take makes a call for a token, copies that, and frees it, which wipes it.
func take(client *C.momo_client, create bool, timeout C.int64_t, e **C.momo_error) *Token {
	var t *C.momo_token
	if create {
		C.momo_create_token(client, timeout, &t, e)
	} else {
		C.momo_get_token(client, timeout, &t, e)
	}
	if t == nil {
		return nil
	}
	defer C.momo_free_token(t)
	token := &Token{
		AccessToken:   C.GoString(t.access_token),
		TokenType:     C.GoString(t.token_type),
		Authorization: C.GoString(t.authorization),
		ExpiresIn:     time.Duration(t.expires_in) * time.Second,
		Lifetime:      time.Duration(t.lifetime) * time.Second,
		RefreshStatus: Status(t.refresh_status),
		RefreshIn:     time.Duration(t.refresh_in) * time.Second,
	}
	if t.expires_at != 0 {
		token.ExpiresAt = time.Unix(int64(t.expires_at), 0)
	}
	return token
}
