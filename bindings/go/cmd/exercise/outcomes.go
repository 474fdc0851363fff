package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"example.com/momo/momo"
)

// outcomes counts what calls end with: a token, or the name of a status and the beginning of its
// message.
type outcomes struct {
	mu     sync.Mutex
	counts map[string]int
	tokens map[string]bool
}

func newOutcomes() *outcomes {
	return &outcomes{counts: map[string]int{}, tokens: map[string]bool{}}
}

// of counts a call, which only this cause may end early if there is one.
func (o *outcomes) of(ctx context.Context, client *momo.Client, cause error) {
	token, err := client.GetToken(ctx)
	o.mu.Lock()
	defer o.mu.Unlock()
	var e *momo.Error
	switch {
	case err == nil:
		o.tokens[token.AccessToken] = true
		o.counts["token"]++
	case errors.As(err, &e) && (cause == nil || errors.Is(err, cause)):
		text, _, _ := strings.Cut(e.Message, ":")
		o.counts[e.Status.String()+": "+text]++
	default:
		o.counts[fmt.Sprintf("not because of %v: %v", cause, err)]++
	}
}

func (o *outcomes) report(more object) object {
	more["outcomes"], more["distinct"] = o.counts, len(o.tokens)
	return more
}
