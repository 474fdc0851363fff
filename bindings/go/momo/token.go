package momo

import (
	"fmt"
	"io"
	"time"
)

// Token is a token that was good when the call returned.
type Token struct {
	AccessToken   string
	TokenType     string // as the gateway sent it: MTN's says "access_token", not "Bearer"
	Authorization string // "Bearer " and the token: the value of the Authorization header
	ExpiresIn     time.Duration
	ExpiresAt     time.Time     // zero if it is not known
	Lifetime      time.Duration // as the gateway said when it issued it, 0 if it did not
	RefreshStatus Status        // why the last refresh failed, OK if none did
	RefreshIn     time.Duration // until a refresh is due, 0 if it is, negative if there is none
}

// String shows no secret. Nor do the other ways to print a token: Format is for all verbs of fmt,
// MarshalText for JSON, XML and logs.
func (t Token) String() string {
	return "momo.Token(expires " + t.ExpiresAt.Format(time.RFC3339) + ")"
}

func (t Token) Format(s fmt.State, _ rune) { io.WriteString(s, t.String()) }

func (t Token) MarshalText() ([]byte, error) { return []byte(t.String()), nil }
