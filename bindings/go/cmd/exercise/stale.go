package main

import (
	"context"
	"time"

	"example.com/momo/momo"
)

type getToken func() (*momo.Token, error)

// stale gets a token of five seconds again shortly before its end, when it is due for a refresh.
func stale() (object, error) {
	return withToken(func(old *momo.Token, get getToken) (object, error) {
		time.Sleep(4100 * time.Millisecond)
		// A call on a stale token gives it back and has it refreshed meanwhile.
		for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
			token, err := get()
			if err != nil {
				return nil, err
			}
			if token.AccessToken != old.AccessToken {
				return object{"refreshed": true}, nil
			}
		}
		return object{"refreshed": false}, nil
	})
}

// refresh gets a short-lived token again and again while it is refreshed, which no call waits for.
func refresh() (object, error) {
	return withToken(func(first *momo.Token, get getToken) (object, error) {
		distinct := map[string]bool{first.AccessToken: true}
		var slowest time.Duration
		for begin := time.Now(); time.Since(begin) < 5400*time.Millisecond; time.Sleep(20 * time.Millisecond) {
			before := time.Now()
			token, err := get()
			if spent := time.Since(before); spent > slowest {
				slowest = spent
			}
			if err != nil {
				return nil, err
			}
			distinct[token.AccessToken] = true
		}
		return object{"distinct": len(distinct), "slowest_ms": slowest.Milliseconds()}, nil
	})
}

// withToken gives a client's first token, and the call that gets the next ones. Their context can be
// cancelled, as a server's can.
func withToken(run func(first *momo.Token, get getToken) (object, error)) (object, error) {
	client, err := momo.NewClient(momo.FromEnv())
	if err != nil {
		return nil, err
	}
	defer client.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	get := func() (*momo.Token, error) { return client.GetToken(ctx) }
	first, err := get()
	if err != nil {
		return nil, err
	}
	return run(first, get)
}
