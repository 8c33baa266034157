// A driver for Tokenproof: it lets Tokenproof test a token client, over standard input and output. What is marked TODO stands
// where your client belongs. `go build driver.go`, then `tokenproof check-driver ./driver` tells whether it works.
package main

import ("bufio"; "crypto/tls"; "crypto/x509"; "encoding/json"; "fmt"; "math"; "net/http"; "net/url"; "os"; "strings"; "sync"; "time")

// TODO what your client can do: docs/driver-protocol.md has the list
const can = `{"grants":["client_credentials"],"auth":["post"],"ops":["set_clock"],"clock":"driven","concurrency":64,"reuse":true}`
var clients, clock, lock = map[string]*client{}, time.Time{}, sync.Mutex{}
type request struct {
	ID uint64; Op, Client string; Now time.Time; Scopes []string
	Idp struct{ Token_url, Ca_pem string }; Auth struct{ Client_id, Client_secret string }
}
// TODO your client in the place of this one; its time must be `clock`, or declare another kind of clock in `can`
type client struct { setup request; http http.Client; token string; freshUntil time.Time; lock sync.Mutex }
func open(ask request) *client {
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(ask.Idp.Ca_pem))
	return &client{setup: ask, http: http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}}
}
func (c *client) getToken(now time.Time) (string, error) {
	c.lock.Lock() // many callers, one request
	defer c.lock.Unlock()
	if now.Before(c.freshUntil) { return c.token, nil }
	reply, err := c.http.PostForm(c.setup.Idp.Token_url, url.Values{"grant_type": {"client_credentials"},
		"scope": {strings.Join(c.setup.Scopes, " ")}, "client_id": {c.setup.Auth.Client_id}, "client_secret": {c.setup.Auth.Client_secret}})
	if err != nil { return "", err }; defer reply.Body.Close()
	if reply.StatusCode != 200 { return "", fmt.Errorf("the token endpoint answered %d", reply.StatusCode) }
	var said struct { Access_token string; Expires_in float64 }
	if err := json.NewDecoder(reply.Body).Decode(&said); err != nil { return "", err }
	c.token, c.freshUntil = said.Access_token, now.Add(time.Duration(said.Expires_in - math.Min(300, said.Expires_in/2)) * time.Second)
	return c.token, nil
}
func answer(ask request) (string, any) {
	lock.Lock(); if !ask.Now.IsZero() { clock = ask.Now }
	c, now := clients[ask.Client], clock
	if ask.Op == "open" { clients[ask.Client] = open(ask) } else if ask.Op == "close" { delete(clients, ask.Client) }
	lock.Unlock()
	err := fmt.Errorf("%q is not open", ask.Client)
	switch ask.Op {
	case "hello": return "ok", json.RawMessage(`{"version":1,"name":"example-go","release":"1","can":` + can + `}`) // TODO its name
	case "open", "set_clock": return "ok", struct{}{}
	case "close": if c != nil { return "ok", struct{}{} }
	case "get_token":
		token := ""
		if c != nil { token, err = c.getToken(now) }
		if err == nil { return "ok", map[string]string{"token": token} }
	default: return "unsupported", "this driver has no " + ask.Op
	}
	return "err", map[string]string{"native": fmt.Sprintf("%T", err), "message": err.Error()} // TODO its classes
}
func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Buffer(nil, 1<<20); lines.Scan(); {
		var ask request
		if err := json.Unmarshal(lines.Bytes(), &ask); err != nil { panic(err) }
		go func() { // one write for each line
			form, said := answer(ask)
			text, _ := json.Marshal(map[string]any{"id": ask.ID, form: said}); os.Stdout.Write(append(text, '\n'))
		}()
	}
}
