// get_token gets a token and prints it as one JSON object, for scripts and for a look by hand. On
// failure one JSON object goes to stderr instead, and the exit status is 1.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"os"
	"os/signal"

	"example.com/momo/momo"
)

func main() {
	// Ctrl-C ends the call, too.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	token, err := get(ctx)
	stop()
	if err == nil {
		err = print(token)
	}
	if err != nil {
		fail(err)
	}
}

func fail(err error) {
	var e *momo.Error
	if !errors.As(err, &e) {
		log.Fatal(err)
	}
	json.NewEncoder(os.Stderr).Encode(map[string]any{
		// The name, not the number: it is what the documentation and a search engine know.
		"status":      e.Status.String(),
		"http_status": e.HTTPStatus,
		"code":        e.Code,
		"message":     e.Message,
	})
	os.Exit(1)
}

func get(ctx context.Context) (*momo.Token, error) {
	client, err := momo.NewClient(momo.FromEnv()) // MOMO_API_USER and so on: no key in the source
	if err != nil {
		return nil, err
	}
	defer client.Close()
	return client.GetToken(ctx)
}

func print(token *momo.Token) error {
	var expiresAt int64
	if !token.ExpiresAt.IsZero() {
		expiresAt = token.ExpiresAt.Unix()
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"access_token":  token.AccessToken,
		"token_type":    token.TokenType,
		"authorization": token.Authorization,
		"expires_in":    int64(token.ExpiresIn.Seconds()),
		"expires_at":    expiresAt,
		"refresh_in":    int64(token.RefreshIn.Seconds()),
	})
}
