package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"example.com/momo/momo"
)

const (
	callers = 10_000
	leaving = 500 // of these by their deadlines, and as many by being cancelled
	leaveAt = time.Second
)

// waiting has callers wait for one token: some leave before it is there.
func waiting() (object, error) {
	client, err := momo.NewClient(momo.FromEnv())
	if err != nil {
		return nil, err
	}
	defer client.Close()
	before, err := threads()
	if err != nil {
		return nil, err
	}
	distinct, texts := map[string]bool{}, map[string]bool{}
	var latest time.Duration
	var mu sync.Mutex
	var all sync.WaitGroup
	call := func(ctx context.Context, end time.Time, cause error) {
		defer all.Done()
		token, err := client.GetToken(ctx)
		late := time.Since(end)
		mu.Lock()
		defer mu.Unlock()
		var e *momo.Error
		switch {
		case err == nil:
			distinct[token.AccessToken] = true
		case cause == nil || !errors.Is(err, cause) || !errors.As(err, &e):
			texts[err.Error()] = true
		default:
			if e.Status == momo.TimedOut && !strings.Contains(e.Message, "the request goes on") {
				texts[err.Error()] = true
			}
			if late > latest {
				latest = late
			}
		}
	}
	all.Add(callers)
	end := time.Now().Add(leaveAt)
	expiring, stop := context.WithDeadline(context.Background(), end)
	defer stop()
	cancelled, cancel := context.WithCancel(context.Background())
	time.AfterFunc(leaveAt, cancel)
	for i := 0; i < callers; i++ {
		switch {
		case i%(callers/leaving) == 1:
			go call(expiring, end, context.DeadlineExceeded)
		case i%(callers/leaving) == 2:
			go call(cancelled, end, context.Canceled)
		default:
			go call(context.Background(), end, nil)
		}
	}
	most := 0
	for begin := time.Now(); time.Since(begin) < 2*leaveAt; time.Sleep(10 * time.Millisecond) {
		now, err := threads()
		if err != nil {
			return nil, err
		}
		if now > most {
			most = now
		}
	}
	all.Wait()
	if len(texts) != 0 {
		return nil, fmt.Errorf("%d unexpected errors: %v", len(texts), texts)
	}
	return object{"distinct": len(distinct), "late_ms": latest.Milliseconds(), "threads": most - before}, nil
}

// threads of the operating system that this process has, without those of the library.
func threads() (int, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	_, after, _ := strings.Cut(string(status), "\nThreads:")
	line, _, _ := strings.Cut(after, "\n")
	return strconv.Atoi(strings.TrimSpace(line))
}

// left ends the program while a call waits.
func left() (object, error) {
	client, err := momo.NewClient(momo.FromEnv())
	if err != nil {
		return nil, err
	}
	go client.GetToken(context.Background())
	time.Sleep(2 * time.Second)
	return object{"ok": true}, nil
}

// secrets prints a token in every way that Go has.
func secrets() (object, error) {
	token := momo.Token{AccessToken: "secret", Authorization: "Bearer secret"}
	shown := []string{fmt.Sprintln(token, &token)}
	for _, verb := range "vsdqxXT" {
		for _, flags := range []string{"%", "%+", "%#"} {
			shown = append(shown, fmt.Sprintf(flags+string(verb), token), fmt.Sprintf(flags+string(verb), &token))
		}
	}
	for _, value := range []any{token, &token, map[string]any{"token": &token}} {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		shown = append(shown, string(text), fmt.Sprintf("%+v", value))
	}
	for _, text := range shown {
		if strings.Contains(text, "secret") || strings.Contains(text, "736563726574") {
			return nil, errors.New(text)
		}
	}
	return object{"ok": true}, nil
}

// misuse has each wrong argument refused.
func misuse() (object, error) {
	client, err := momo.NewClient(momo.FromEnv())
	if err != nil {
		return nil, err
	}
	defer client.Close()
	_, noKey := momo.NewClient(momo.FromEnv(), momo.With("api_key", ""))
	_, nul := momo.NewClient(momo.FromEnv(), momo.With("api_key", "a\x00b"))
	for i, err := range []error{noKey, nul, client.InvalidateToken(""), client.InvalidateToken("a\x00b")} {
		var e *momo.Error
		if !errors.As(err, &e) || e.Status != momo.InvalidArgument && e.Status != momo.InvalidConfig {
			return nil, fmt.Errorf("%d: not refused: %v", i, err)
		}
	}
	made := &momo.Error{Status: momo.TimedOut, Message: "made", Err: context.DeadlineExceeded}
	return object{"version": momo.Version(), "made": errors.Is(made, context.DeadlineExceeded)}, nil
}
