package page

import (
	"embed"
	"encoding/json"
	"io/fs"
	"net/http"
	"sync"

	"github.com/ctrzoo/ctrzoo/zoo/serve"
)

// Page is the page of a server. It must be one of the server's observers, since it counts what the server does.
type Page struct {
	lock    sync.RWMutex
	traffic map[string]*traffic // of the models that were ever loaded
	changes []change            // the latest ones, the newest last
}

// New makes a page that has counted nothing.
func New() *Page { return &Page{traffic: map[string]*traffic{}} }

//go:embed files
var files embed.FS

// Handler answers the requests of the page: / is the page, and all else that it needs is below /page/. What it says about the
// models needs one of the tokens, if there are any; the page itself, which says nothing about them, does not.
func (p *Page) Handler(s *serve.Server, tokens *serve.Tokens) http.Handler {
	data := http.NewServeMux()
	data.HandleFunc("GET /page/state", func(w http.ResponseWriter, _ *http.Request) { write(w, http.StatusOK, p.state(s)) })
	data.HandleFunc("GET /page/models/{name}", func(w http.ResponseWriter, r *http.Request) {
		d, err := describe(s, r.PathValue("name"))
		answer(w, d, err)
	})
	data.HandleFunc("POST /page/models/{name}/try", func(w http.ResponseWriter, r *http.Request) {
		t, err := try(s, w, r)
		answer(w, t, err)
	})
	data.HandleFunc("POST /page/models/{name}/load", func(w http.ResponseWriter, r *http.Request) {
		answer(w, struct{}{}, load(s, w, r))
	})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, files, "files/page.html") })
	inside, _ := fs.Sub(files, "files") // whose name is valid
	static := http.StripPrefix("/page/files/", http.FileServerFS(inside))
	mux.Handle("GET /page/files/{file}", static)
	mux.Handle("/page/", tokens.Guard(http.NewCrossOriginProtection().Handler(data)))
	return secured(mux)
}

// load serves the version that the request names, or else the newest one.
func load(s *serve.Server, w http.ResponseWriter, r *http.Request) error {
	var request struct {
		Version string `json:"version"`
	}
	if err := decode(s, w, r, &request); err != nil {
		return err
	}
	return s.Load(r.PathValue("name"), request.Version)
}

// decode reads the JSON of a request.
func decode(s *serve.Server, w http.ResponseWriter, r *http.Request, to any) error {
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, int64(s.Limits().Bytes))).Decode(to); err != nil {
		return serve.Errorf(serve.BadInput, "%w", err)
	}
	return nil
}

// policy allows a page nothing but its own files and requests to its own server.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// secured forbids what the page does not need. A browser keeps nothing of it.
func secured(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Content-Security-Policy", policy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Cache-Control", "no-store")
		h.ServeHTTP(w, r)
	})
}

// answer writes what was asked for, or the error.
func answer(w http.ResponseWriter, content any, err error) {
	if err == nil {
		write(w, http.StatusOK, content)
		return
	}
	status := http.StatusBadRequest
	switch serve.KindOf(err) {
	case serve.Internal:
		status = http.StatusInternalServerError
	case serve.NotFound:
		status = http.StatusNotFound
	case serve.Busy, serve.Unavailable:
		status = http.StatusServiceUnavailable
	}
	write(w, status, map[string]string{"error": err.Error()})
}

func write(w http.ResponseWriter, status int, content any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(content) // the client may be gone
}
