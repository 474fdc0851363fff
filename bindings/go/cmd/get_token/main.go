// get_token gets a token and prints it as one JSON object, for scripts and for a look by hand. On
// failure one JSON object goes to stderr instead, and the exit status is 1.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"log"
	"os"

	"example.com/momo/momo"
)

func main() {
	token, err := get(context.Background())
	var e *momo.Error
	if errors.As(err, &e) {
		json.NewEncoder(os.Stderr).Encode(map[string]any{
			"status":      e.Status.String(),
			"http_status": e.HTTPStatus,
			"code":        e.Code,
			"message":     e.Message,
		})
		os.Exit(1)
	} else if err != nil {
		log.Fatal(err)
	}
	var expiresAt int64
	if !token.ExpiresAt.IsZero() {
		expiresAt = token.ExpiresAt.Unix()
	}
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"access_token":  token.AccessToken,
		"token_type":    token.TokenType,
		"authorization": token.Authorization,
		"expires_in":    int64(token.ExpiresIn.Seconds()),
		"expires_at":    expiresAt,
		"refresh_in":    int64(token.RefreshIn.Seconds()),
	})
}

func get(ctx context.Context) (*momo.Token, error) {
	client, err := momo.NewClient(momo.FromEnv()) // MOMO_API_USER and so on: no key in the source
	if err != nil {
		return nil, err
	}
	defer client.Close()
	return client.GetToken(ctx)
}
