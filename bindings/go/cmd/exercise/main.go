// exercise is for the tests: one scenario per run, named by the first argument, one JSON object on
// stdout.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"example.com/momo/momo"
)

type object map[string]any

var background = context.Background()

func main() {
	numbers := []int{}
	for _, text := range os.Args[2:] {
		numbers = append(numbers, must(strconv.Atoi(text)))
	}
	client := must(momo.NewClient(momo.FromEnv()))
	scenarios := map[string]func(*momo.Client, []int) object{
		"get": get, "wait": wait, "close": closed, "leave": leave,
		"calls": calls, "secrets": secrets, "misuse": misuse,
	}
	fmt.Println(string(must(json.Marshal(scenarios[os.Args[1]](client, numbers)))))
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// get makes calls that follow each other, times in milliseconds, -1 for no deadline. Their context
// can be cancelled, as a server's can.
func get(client *momo.Client, given []int) object {
	pause, timeout := time.Duration(given[1])*time.Millisecond, time.Duration(given[2])*time.Millisecond
	ctx, cancel := context.WithCancel(background)
	defer cancel()
	outcomes := newOutcomes()
	call := func(times int) {
		for ; times > 0; times-- {
			if timeout < 0 {
				outcomes.of(ctx, client, nil)
			} else {
				timed, stop := context.WithTimeout(ctx, timeout)
				outcomes.of(timed, client, context.DeadlineExceeded)
				stop()
			}
			time.Sleep(pause)
		}
	}
	call(given[0] / 4)
	before := residentKiB()
	begin := time.Now()
	call(given[0])
	spent := time.Since(begin)
	return outcomes.report(object{"ms": spent.Milliseconds(), "growth_kib": residentKiB() - before})
}

// wait makes calls that wait at the same time. Beside those that stay, after a second, so many are
// cancelled, and the time of as many is up.
func wait(client *momo.Client, given []int) object {
	staying, leaving := given[0], given[1]
	before := threads()
	outcomes := newOutcomes()
	var latest time.Duration
	var mu sync.Mutex
	var all sync.WaitGroup
	end := time.Now().Add(time.Second)
	start := func(times int, ctx context.Context, cause error) {
		all.Add(times)
		for ; times > 0; times-- {
			go func() {
				defer all.Done()
				outcomes.of(ctx, client, cause)
				mu.Lock()
				defer mu.Unlock()
				if late := time.Since(end); cause != nil && late > latest {
					latest = late
				}
			}()
		}
	}
	expiring, stop := context.WithDeadline(background, end)
	defer stop()
	cancelled, cancel := context.WithCancel(background)
	time.AfterFunc(time.Second, cancel)
	start(leaving, expiring, context.DeadlineExceeded)
	start(leaving, cancelled, context.Canceled)
	start(staying, background, nil)
	if leaving > 0 {
		time.Sleep(2 * time.Second)
	}
	more := threads() - before
	all.Wait()
	return outcomes.report(object{"late_ms": latest.Milliseconds(), "threads": more})
}

// threads of the operating system that this process has.
func threads() int {
	_, after, _ := strings.Cut(string(must(os.ReadFile("/proc/self/status"))), "\nThreads:")
	line, _, _ := strings.Cut(after, "\n")
	return must(strconv.Atoi(strings.TrimSpace(line)))
}

// closed has Close end a call in progress.
func closed(client *momo.Client, _ []int) object {
	defer time.AfterFunc(2*time.Second, func() { client.Close() }).Stop()
	outcomes, start := newOutcomes(), time.Now()
	outcomes.of(background, client, nil)
	return outcomes.report(object{"ms": time.Since(start).Milliseconds()})
}

// leave ends the program while calls wait.
func leave(client *momo.Client, _ []int) object {
	waiting := atomic.Int64{}
	waiting.Store(2)
	go func() {
		client.GetToken(background)
		waiting.Add(-1)
	}()
	go func() {
		client.CreateToken(background)
		waiting.Add(-1)
	}()
	time.Sleep(2 * time.Second)
	return object{"waiting": waiting.Load()}
}

// calls makes every call once, with a logger that panics.
func calls(*momo.Client, []int) object {
	var lines atomic.Int64
	log := func(_ momo.Level, line string) {
		lines.Add(1)
		panic(line)
	}
	client := must(momo.NewClient(momo.FromEnv(), momo.WithLogger(momo.LevelDebug, log)))
	token := must(client.GetToken(background))
	must(token, client.InvalidateToken(token.AccessToken))
	momo.ClearCache()
	must(client.CreateToken(background))
	stats, options := must(client.Stats()), must(client.Options())
	found := object{
		"lines":            lines.Load(),
		"requests":         stats.Requests,
		"tokens_issued":    stats.TokensIssued,
		"invalidations":    stats.Invalidations,
		"token_expires_in": stats.TokenExpiresIn,
		"token_origin":     stats.TokenOrigin,
		"options":          len(options),
	}
	for _, each := range options {
		found[each.Name] = each.Value + ", " + each.Source + ", " + each.Warning
	}
	return found
}

// residentKiB is measured without garbage.
func residentKiB() int {
	debug.FreeOSMemory()
	pages := strings.Fields(string(must(os.ReadFile("/proc/self/statm"))))[1]
	return must(strconv.Atoi(pages)) * (os.Getpagesize() / 1024)
}
