// net/http: a Client keeps the connections of its Transport.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"time"
)

func newClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	return &http.Client{Transport: transport, Timeout: 30 * time.Second}
}

func token(client *http.Client) (string, error) {
	request, err := http.NewRequest("POST", os.Getenv("MOMO_BASE_URL")+"/disbursement/token/", nil)
	if err != nil {
		return "", err
	}
	request.SetBasicAuth(os.Getenv("MOMO_API_USER"), os.Getenv("MOMO_API_KEY"))
	request.Header.Set("Ocp-Apim-Subscription-Key", os.Getenv("MOMO_SUBSCRIPTION_KEY"))
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return "", err
	}
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s: %s", response.Status, body)
	}
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return "", err
	}
	if answer.AccessToken == "" {
		return "", fmt.Errorf("no access_token: %s", body)
	}
	return answer.AccessToken, nil
}

func main() {
	mode := os.Args[1]
	count, err := strconv.Atoi(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	var clients []*http.Client
	for i := 0; i < count; i++ {
		if mode == "fresh" && i > 0 {
			clients[0].CloseIdleConnections()
			clients = nil
		}
		if mode == "clients" || len(clients) == 0 {
			clients = append(clients, newClient())
		}
		if _, err := token(clients[len(clients)-1]); err != nil {
			log.Fatal(err)
		}
	}
}
