// Runs a template as Vault's agent does: for {"contents": TEMPLATE, "secret": {NAME: VALUE}} on
// standard input it prints the file that the agent would write.
package main

import (
	"encoding/json"
	"log"
	"os"
	"text/template"
)

type secret struct {
	Data map[string]map[string]string
}

func main() {
	var given struct {
		Contents string
		Secret   map[string]string
	}
	if err := json.NewDecoder(os.Stdin).Decode(&given); err != nil {
		log.Fatal(err)
	}
	read := func(path string) secret {
		return secret{map[string]map[string]string{"data": given.Secret}}
	}
	functions := template.FuncMap{"secret": read}
	parsed, err := template.New("").Funcs(functions).Option("missingkey=error").Parse(given.Contents)
	if err != nil {
		log.Fatal(err)
	}
	if err := parsed.Execute(os.Stdout, nil); err != nil {
		log.Fatal(err)
	}
}
