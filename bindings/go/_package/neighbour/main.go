// neighbour uses libmomo and another static library in Rust, before and after each other.
package main

/*
#cgo LDFLAGS: ${SRCDIR}/libneighbour.a
#include <stdbool.h>
#include <stdint.h>

extern bool neighbour_catches(int32_t number);
*/
import "C"

import (
	"context"
	"encoding/json"
	"log"
	"os"

	"example.com/momo/momo"
)

func main() {
	caught := []bool{bool(C.neighbour_catches(1))}
	client, err := momo.NewClient(momo.FromEnv())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	token, err := client.GetToken(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	caught = append(caught, bool(C.neighbour_catches(0)), bool(C.neighbour_catches(2)))
	json.NewEncoder(os.Stdout).Encode(map[string]any{"caught": caught, "token_type": token.TokenType})
}
