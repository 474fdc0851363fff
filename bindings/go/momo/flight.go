package momo

// #include <momo.h>
import "C"

import "context"

// flight is one call of the library that goroutines wait for. A goroutine that is in C takes a thread
// of the operating system; one that waits for a channel takes none.
type flight struct {
	place   **flight       // where goroutines find it; nil if it is for one alone
	clone   *C.momo_client // to cancel is final, so it has one to itself; nil after the call
	waiters int            // the last one to leave cancels the call
	landed  chan struct{}
	token   *Token
	err     *Error
}

// join waits for the call at place. If there is none it begins one.
func (c *Client) join(place **flight, call operation, timeout C.int64_t) *flight {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := *place
	if f == nil {
		f = &flight{place: place, clone: C.momo_clone_client(c.client), landed: make(chan struct{})}
		*place = f
		go c.fly(f, call, timeout)
	}
	f.waiters++
	return f
}

func (c *Client) fly(f *flight, call operation, timeout C.int64_t) {
	f.token, f.err = call(f.clone, timeout)
	c.mu.Lock()
	defer c.mu.Unlock()
	f.hide()
	C.momo_free_client(f.clone)
	f.clone = nil
	close(f.landed)
}

// hide has the next goroutine begin another call.
func (f *flight) hide() {
	if *f.place == f {
		*f.place = nil
	}
}

func (c *Client) abandon(f *flight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f.waiters--
	if f.waiters == 0 && f.clone != nil {
		f.hide()
		C.momo_cancel_client(f.clone)
	}
}

// wait ends with the call or with the context.
func (c *Client) wait(ctx context.Context, f *flight) (*Token, error) {
	defer c.abandon(f)
	select {
	case <-f.landed:
	case <-ctx.Done():
		if ctx.Err() == context.Canceled {
			return nil, ended(ctx.Err())
		}
		if f.place == &c.waiting {
			// The library says what it waits for to a call that has next to no time.
			f = c.join(&c.late, get, 1)
			defer c.abandon(f)
		}
		<-f.landed
	}
	// Each has its own copy.
	if f.err != nil {
		e := *f.err
		if e.Status == TimedOut || e.Status == Cancelled {
			e.Err = ctx.Err()
		}
		return nil, &e
	}
	token := *f.token
	return &token, nil
}
