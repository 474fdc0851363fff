// server answers every request with the fingerprint of a token: where a shop would make a payment
// with it. One client serves all connections. SIGTERM and Ctrl-C end it when the requests in
// progress are answered.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"example.com/momo/momo"
)

func main() {
	client, err := momo.NewClient(momo.FromEnv())
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0") // port 0 is a free one
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("listening on http://%v/\n", listener.Addr())

	server := &http.Server{Handler: payments{client}, ReadHeaderTimeout: 10 * time.Second}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() { log.Print(server.Serve(listener)) }()
	<-ctx.Done()
	if err := server.Shutdown(context.Background()); err != nil {
		log.Fatal(err)
	}
}

type payments struct{ client *momo.Client }

func (p payments) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// The context ends with the request: nobody waits for a token on behalf of a caller who has left.
	token, err := p.client.GetToken(r.Context())
	if err != nil {
		unavailable(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	json.NewEncoder(w).Encode(map[string]any{
		"pid":          os.Getpid(),
		"token_sha256": fmt.Sprintf("%x", sha256.Sum256([]byte(token.AccessToken))),
	})
}

func unavailable(w http.ResponseWriter, err error) {
	var e *momo.Error
	if errors.As(err, &e) && e.RetryAfter >= 0 {
		seconds := (e.RetryAfter + time.Second - 1) / time.Second
		w.Header().Set("Retry-After", fmt.Sprint(int64(seconds)))
	}
	// The reason is for the log: it tells of the shop's configuration, not of the caller's request.
	log.Print(err)
	http.Error(w, "no token", http.StatusServiceUnavailable)
}
