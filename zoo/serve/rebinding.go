package serve

import (
	"net"
	"net/http"
	"strings"
)

// refuseRebound keeps the pages of other sites away from a server without tokens that only its own machine reaches. A site whose
// name has come to lead to the loopback address (DNS rebinding) has the same origin as the server in a browser of that machine, so
// that http.CrossOriginProtection lets it pass. A name that is not local betrays it. Programs that send no Origin may use any name, as
// proxies on the same machine do; the data of the page are for browsers only.
func refuseRebound(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fromBrowser := r.Header.Get("Origin") != "" || strings.HasPrefix(r.URL.Path, "/page/")
		if fromBrowser && r.TLS == nil && isAtLoopback(r) && !isLocal(r.Host) {
			refuse(w, http.StatusForbidden, "a browser may use this server by another name than localhost if the server has tokens")
			return
		}
		h.ServeHTTP(w, r)
	})
}

// isAtLoopback reports whether a request has come to a loopback address.
func isAtLoopback(r *http.Request) bool {
	address, is := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	return is && address.IP.IsLoopback()
}

// isLocal reports whether a host, with or without a port, is localhost or an IP address: no other site can have such a name.
func isLocal(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || net.ParseIP(host) != nil
}

// refuse answers with an error.
func refuse(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(`{"error":"` + text + `"}`)) // the client may be gone
}
