package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"example.com/momo/momo"
)

// secrets prints a token in every way that Go has.
func secrets(*momo.Client, []int) object {
	token := momo.Token{AccessToken: "secret", Authorization: "Bearer secret"}
	shown := []string{fmt.Sprintln(token, &token)}
	for _, verb := range "vsdqxXT" {
		for _, flags := range []string{"%", "%+", "%#"} {
			shown = append(shown, fmt.Sprintf(flags+string(verb), token), fmt.Sprintf(flags+string(verb), &token))
		}
	}
	for _, value := range []any{token, &token, map[string]any{"token": &token}} {
		shown = append(shown, string(must(json.Marshal(value))), fmt.Sprintf("%+v", value))
	}
	leaks := []string{}
	for _, text := range shown {
		if strings.Contains(text, "secret") || strings.Contains(text, "736563726574") {
			leaks = append(leaks, text)
		}
	}
	return object{"leaks": leaks}
}

// misuse has each wrong argument refused.
func misuse(client *momo.Client, _ []int) object {
	_, noKey := momo.NewClient(momo.FromEnv(), momo.With("api_key", ""))
	_, nul := momo.NewClient(momo.FromEnv(), momo.With("api_key", "a\x00b"))
	made := &momo.Error{Status: momo.TimedOut, Message: "made", Err: context.DeadlineExceeded}
	accepted := []string{}
	for _, err := range []error{noKey, nul, client.InvalidateToken(""), client.InvalidateToken("a\x00b")} {
		var e *momo.Error
		if !errors.As(err, &e) || e.Status != momo.InvalidArgument && e.Status != momo.InvalidConfig {
			accepted = append(accepted, fmt.Sprint(err))
		}
	}
	if !errors.Is(made, context.DeadlineExceeded) {
		accepted = append(accepted, made.Error())
	}
	token := momo.Token{Authorization: "Bearer abc", ExpiresIn: 60e9}
	return object{
		"accepted": accepted,
		"made":     []any{token.Authorization, token.ExpiresIn.Seconds()},
		"version":  momo.Version(),
	}
}
