package serve

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"

	"github.com/ctrzoo/ctrzoo/datasets/safefile"
)

// Tokens are the bearer tokens of which a request must have one. Nil means that none is needed, and Tokens without any
// allow nothing.
type Tokens struct {
	path string // of the file that they come from; "" for none
	list atomic.Pointer[[]token]
}

// token is the hash of a token.
type token = [sha256.Size]byte

// ErrNoTokens is wrapped by the error of a file of tokens that has none.
var ErrNoTokens = errors.New("the file has no tokens")

// NewTokens makes tokens of their texts.
func NewTokens(texts ...string) *Tokens {
	t := &Tokens{}
	t.set(texts)
	return t
}

// ReadTokens reads a file with a token on each line. Empty lines, and lines that begin with #, count for nothing.
func ReadTokens(path string) (*Tokens, error) {
	t := &Tokens{path: path}
	return t, t.Reload()
}

// Reload reads the file of the tokens again, which then has the tokens of all requests to come. After an error they stay as
// they are.
func (t *Tokens) Reload() error {
	if t.path == "" {
		return nil
	}
	text, err := safefile.ReadInput(t.path)
	if err != nil {
		return err
	}
	var texts []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			texts = append(texts, line)
		}
	}
	if len(texts) == 0 {
		return fmt.Errorf("%s: %w", t.path, ErrNoTokens)
	}
	t.set(texts)
	return nil
}

func (t *Tokens) set(texts []string) {
	list := make([]token, len(texts))
	for i, text := range texts {
		list[i] = sha256.Sum256([]byte(text))
	}
	t.list.Store(&list)
}

// Allow reports whether the value of a header Authorization has one of the tokens. The time it takes says nothing about them.
func (t *Tokens) Allow(authorization string) bool {
	if t == nil {
		return true
	}
	text, isBearer := strings.CutPrefix(authorization, "Bearer ")
	sum, found := sha256.Sum256([]byte(text)), 0
	if list := t.list.Load(); list != nil {
		for _, one := range *list {
			found |= subtle.ConstantTimeCompare(sum[:], one[:])
		}
	}
	return isBearer && found == 1
}

// Guard lets a request through to a handler if it has a token, or asks for the health of the server. Where none is needed, it
// keeps away the pages of other sites whose name was made to lead to the loopback address.
func (t *Tokens) Guard(h http.Handler) http.Handler {
	if t == nil {
		return refuseRebound(h)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/v2/health/") || t.Allow(r.Header.Get("Authorization")) {
			h.ServeHTTP(w, r)
			return
		}
		w.Header().Set("WWW-Authenticate", "Bearer")
		refuse(w, http.StatusUnauthorized, "a bearer token is needed")
	})
}
