package serve

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
)

// Tokens are the bearer tokens of which a request must have one. None means that none is needed.
type Tokens [][sha256.Size]byte

// ErrNoTokens is wrapped by the error of a file of tokens that has none.
var ErrNoTokens = errors.New("the file has no tokens")

// NewTokens makes tokens of their texts.
func NewTokens(texts ...string) (t Tokens) {
	for _, text := range texts {
		t = append(t, sha256.Sum256([]byte(text)))
	}
	return t
}

// ReadTokens reads a file with a token on each line. Empty lines, and lines that begin with #, count for nothing.
func ReadTokens(path string) (Tokens, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var tokens []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			tokens = append(tokens, line)
		}
	}
	if len(tokens) == 0 {
		return nil, fmt.Errorf("%s: %w", path, ErrNoTokens)
	}
	return NewTokens(tokens...), nil
}

// Allow reports whether the value of a header Authorization has one of the tokens. The time it takes says nothing about them.
func (t Tokens) Allow(authorization string) bool {
	if len(t) == 0 {
		return true
	}
	token, isBearer := strings.CutPrefix(authorization, "Bearer ")
	sum, found := sha256.Sum256([]byte(token)), 0
	for i := range t {
		found |= subtle.ConstantTimeCompare(sum[:], t[i][:])
	}
	return isBearer && found == 1
}

// Guard lets a request through to a handler if it has a token, or asks for the health of the server.
func (t Tokens) Guard(h http.Handler) http.Handler {
	if len(t) == 0 {
		return h
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/v2/health/") || t.Allow(r.Header.Get("Authorization")) {
			h.ServeHTTP(w, r)
			return
		}
		w.Header().Set("WWW-Authenticate", "Bearer")
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(`{"error":"a bearer token is needed"}`)) // the client may be gone
	})
}
