package page

import (
	"embed"
	"encoding/json"
	"io/fs"
	"net/http"
	"slices"
	"sync"
	"time"

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

// secured forbids what the page does not need. A browser asks each time whether it has the latest bytes.
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

// state is what changes from moment to moment.
type state struct {
	Ready   bool         `json:"ready"` // all models are loaded, and the server does not drain
	AtWork  int          `json:"at_work"`
	Models  []modelState `json:"models"`
	Changes []change     `json:"changes"` // the newest first
	Edges   []float32    `json:"edges"`   // between the bins of the probabilities
}

// modelState is that of a model.
type modelState struct {
	Name    string    `json:"name"`
	Version string    `json:"version"` // "" if it is not loaded
	Reason  string    `json:"reason"`  // why not, or why the latest load failed
	Loaded  time.Time `json:"loaded"`
	Live    figures   `json:"live"`
}

// change is a change of a version, or an attempt at one.
type change struct {
	At      time.Time `json:"at"`
	Model   string    `json:"model"`
	Version string    `json:"version"` // that is served since then; "" for none
	Error   string    `json:"error"`   // why the version stayed the same

	loaded time.Time
}

// keptChanges is how many changes a page knows.
const keptChanges = 50

func (p *Page) state(s *serve.Server) state {
	out := state{Ready: s.Ready(), AtWork: s.AtWork(), Models: []modelState{}, Edges: edges[:]}
	now := time.Now()
	for _, m := range s.Models() {
		one := modelState{Name: m.Name, Version: m.Version, Reason: m.Reason, Loaded: m.Loaded}
		if t := p.of(m.Name); t != nil {
			one.Live = t.figures(now)
		}
		out.Models = append(out.Models, one)
	}
	p.lock.RLock()
	defer p.lock.RUnlock()
	out.Changes = append([]change{}, p.changes...)
	slices.Reverse(out.Changes)
	return out
}

func (p *Page) of(model string) *traffic {
	p.lock.RLock()
	defer p.lock.RUnlock()
	return p.traffic[model]
}

// Answered counts a request.
func (p *Page) Answered(c *serve.Call, err error) {
	if t := p.of(c.Model); t != nil { // else a client made the name up
		t.count(c, err)
	}
}

// Changed keeps a change of a version. What is said of the version that is served already is none.
func (p *Page) Changed(m serve.Status, err error) {
	c := change{At: time.Now(), Model: m.Name, Version: m.Version, loaded: m.Loaded}
	if err != nil {
		c.Error = err.Error()
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	if p.traffic[m.Name] == nil {
		p.traffic[m.Name] = &traffic{}
	}
	isKnown := func(o change) bool { return o.Model == c.Model && o.Version != "" && o.loaded.Equal(c.loaded) }
	if err == nil && slices.ContainsFunc(p.changes, isKnown) {
		return
	}
	if p.changes = append(p.changes, c); len(p.changes) > keptChanges {
		p.changes = slices.Delete(p.changes, 0, 1)
	}
}
