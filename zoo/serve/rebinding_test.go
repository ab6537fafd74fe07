package serve

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOtherSitesDoNotReachALoopbackServerWithoutTokens(t *testing.T) {
	here := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("here")) })
	open, guarded := httptest.NewServer((*Tokens)(nil).Guard(here)), httptest.NewServer(NewTokens("secret").Guard(here))
	defer open.Close()
	defer guarded.Close()
	send := func(server *httptest.Server, host, path, origin string) (status int, body string) {
		r, err := http.NewRequest("POST", server.URL+path, nil)
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer secret")
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
		if host != "" {
			r.Host = host
		}
		answer, err := server.Client().Do(r)
		require.NoError(t, err)
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		return answer.StatusCode, string(text)
	}
	for _, c := range []struct {
		host, path, origin string
		status             int
	}{
		{"site.example:8080", "/v2/repository/models/ads/load", "http://site.example:8080", 403},
		{"site.example", "/page/state", "", 403},
		{"localhost.site.example", "/page/state", "", 403},
		{"site.example:8080", "/v2/models/ads/infer", "", 200}, // a proxy on this machine
		{"", "/page/state", "", 200},
		{"localhost:8080", "/page/models/ads/load", "http://localhost:8080", 200},
		{"LOCALHOST", "/page/state", "", 200},
		{"ads.localhost:8080", "/page/state", "", 200},
		{"[::1]:8080", "/page/state", "", 200},
		{"10.0.0.5", "/page/state", "", 200},
	} {
		status, body := send(open, c.host, c.path, c.origin)
		require.Equal(t, c.status, status, "%+v", c)
		if status == 403 {
			require.Equal(t, `{"error":"a browser may use this server by another name than localhost if the server has tokens"}`, body)
		}
		status, _ = send(guarded, c.host, c.path, c.origin)
		require.Equal(t, 200, status, "%+v with a token", c)
	}
}
