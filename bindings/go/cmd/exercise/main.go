// exercise is for the tests: one scenario per run, named by the first argument, one JSON object on
// stdout.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"time"

	"example.com/momo/momo"
)

type object map[string]any

var errUsage = errors.New("usage: exercise " +
	"shared|goroutines|deadline|cancel|cancel-one|close|stale|refresh|stats|options|logger|" +
	"waiting|left|secrets|misuse|loop N")

func main() {
	result, err := run(os.Args[1:])
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(result)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "exercise:", err)
		os.Exit(1)
	}
}

func run(args []string) (object, error) {
	if len(args) == 0 {
		return nil, errUsage
	}
	switch args[0] {
	case "shared":
		return shared(8, 1)
	case "goroutines":
		return shared(200, 20)
	case "deadline":
		return ended(func() (context.Context, context.CancelFunc) {
			return context.WithTimeout(context.Background(), 300*time.Millisecond)
		}, context.DeadlineExceeded)
	case "cancel":
		return ended(func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(context.Background())
			time.AfterFunc(300*time.Millisecond, cancel)
			return ctx, cancel
		}, context.Canceled)
	case "cancel-one":
		return cancelOne()
	case "close":
		return closed()
	case "stale":
		return stale()
	case "refresh":
		return refresh()
	case "stats":
		return stats()
	case "options":
		return options()
	case "logger":
		return logger()
	case "waiting":
		return waiting()
	case "left":
		return left()
	case "secrets":
		return secrets()
	case "misuse":
		return misuse()
	case "loop":
		if len(args) == 2 {
			gets, err := strconv.Atoi(args[1])
			if err != nil {
				return nil, err
			}
			return loop(gets)
		}
	}
	return nil, errUsage
}

// shared has goroutines get tokens from one client, under a context that could be cancelled.
func shared(goroutines, gets int) (object, error) {
	client, err := momo.NewClient(momo.FromEnv())
	if err != nil {
		return nil, err
	}
	defer client.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	type got struct {
		token *momo.Token
		err   error
	}
	all := make(chan got)
	for i := 0; i < goroutines; i++ {
		go func() {
			for j := 0; j < gets; j++ {
				token, err := client.GetToken(ctx)
				all <- got{token, err}
			}
		}()
	}
	distinct := map[string]bool{}
	for i := 0; i < goroutines*gets; i++ {
		got := <-all
		if got.err != nil {
			return nil, got.err
		}
		distinct[got.token.AccessToken] = true
	}
	return object{"calls": goroutines * gets, "distinct": len(distinct)}, nil
}

// ended has a context end a call, and looks whether the error tells so both ways.
func ended(begin func() (context.Context, context.CancelFunc), cause error) (object, error) {
	client, err := momo.NewClient(momo.FromEnv())
	if err != nil {
		return nil, err
	}
	defer client.Close()
	start := time.Now()
	ctx, cancel := begin()
	defer cancel()
	_, err = client.GetToken(ctx)
	spent := time.Since(start)
	var e *momo.Error
	if !errors.As(err, &e) || !errors.Is(err, cause) {
		return nil, fmt.Errorf("not a *momo.Error because of %q: %v", cause, err)
	}
	return object{"status": e.Status.String(), "ms": spent.Milliseconds()}, nil
}

// cancelOne has a context end one of two calls: the other gets the token of the request that both
// wait for.
func cancelOne() (object, error) {
	client, err := momo.NewClient(momo.FromEnv())
	if err != nil {
		return nil, err
	}
	defer client.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	cancelled, cancelOther := context.WithCancel(ctx)
	defer time.AfterFunc(200*time.Millisecond, cancelOther).Stop()
	other := make(chan error, 1)
	go func() {
		_, err := client.GetToken(ctx)
		other <- err
	}()
	_, err = client.GetToken(cancelled)
	var e *momo.Error
	if !errors.As(err, &e) || !errors.Is(err, context.Canceled) {
		return nil, fmt.Errorf("not cancelled: %v", err)
	}
	return object{"cancelled": e.Status.String(), "other": "ok"}, <-other
}

// closed has Close end a call in progress.
func closed() (object, error) {
	client, err := momo.NewClient(momo.FromEnv())
	if err != nil {
		return nil, err
	}
	defer time.AfterFunc(300*time.Millisecond, func() { client.Close() }).Stop()
	start := time.Now()
	_, err = client.GetToken(context.Background())
	spent := time.Since(start)
	var e *momo.Error
	if !errors.As(err, &e) {
		return nil, fmt.Errorf("not a *momo.Error: %v", err)
	}
	return object{"status": e.Status.String(), "ms": spent.Milliseconds()}, nil
}

func stats() (object, error) {
	client, err := momo.NewClient(momo.FromEnv())
	if err != nil {
		return nil, err
	}
	defer client.Close()
	for i := 0; i < 2; i++ {
		if _, err := client.GetToken(context.Background()); err != nil {
			return nil, err
		}
	}
	stats, err := client.Stats()
	return object{
		"requests":            stats.Requests,
		"tokens_issued":       stats.TokensIssued,
		"network_failures":    stats.NetworkFailures,
		"credential_failures": stats.CredentialFailures,
		"last_failure_status": int(stats.LastFailure),
		"token_expires_in":    stats.TokenExpiresIn,
		"cooldown_ms":         stats.CooldownMs,
		"tokens_adopted":      stats.TokensAdopted,
		"token_origin":        int(stats.TokenOrigin),
	}, err
}

func options() (object, error) {
	client, err := momo.NewClient(momo.FromEnv())
	if err != nil {
		return nil, err
	}
	defer client.Close()
	found := map[string]momo.OptionInfo{}
	options, err := client.Options()
	for _, option := range options {
		found[option.Name] = option
	}
	timeout := found["timeout"]
	return object{
		"count":   len(found),
		"timeout": timeout.Value + ", " + timeout.Source,
		"api_key": found["api_key"].Value,
		"warning": found["api_user"].Warning,
	}, err
}

func logger() (object, error) {
	var lines atomic.Int64
	client, err := momo.NewClient(momo.FromEnv(), momo.WithLogger(momo.LevelDebug,
		func(_ momo.Level, line string) {
			lines.Add(1)
			panic(line)
		}))
	if err != nil {
		return nil, err
	}
	defer client.Close()
	if _, err := client.GetToken(context.Background()); err != nil {
		return nil, err
	}
	return object{"lines": lines.Load(), "ok": true}, nil
}

func loop(gets int) (object, error) {
	client, err := momo.NewClient(momo.FromEnv())
	if err != nil {
		return nil, err
	}
	defer client.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	get := func(times int) error {
		for i := 0; i < times; i++ {
			if _, err := client.GetToken(ctx); err != nil {
				return err
			}
		}
		return nil
	}
	if err := get(gets/10 + 1); err != nil {
		return nil, err
	}
	before, err := residentKiB()
	if err != nil {
		return nil, err
	}
	if err := get(gets); err != nil {
		return nil, err
	}
	after, err := residentKiB()
	return object{"gets": gets, "growth_kib": after - before}, err
}

// residentKiB is measured without garbage.
func residentKiB() (int, error) {
	debug.FreeOSMemory()
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, err
	}
	var size, resident int
	_, err = fmt.Sscan(string(statm), &size, &resident)
	return resident * (os.Getpagesize() / 1024), err
}
