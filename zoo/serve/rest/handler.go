package rest

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/ctrzoo/ctrzoo/zoo/serve"
)

// Handler answers requests over HTTP with the models of a server.
//
//	GET  v2/health/live, v2/health/ready
//	GET  v2, v2/models/NAME[/versions/VERSION][/ready]
//	POST v2/models/NAME[/versions/VERSION]/infer
//	POST v2/repository/index, v2/repository/models/NAME/load, v2/repository/models/NAME/unload
//	POST v1/models/NAME:predict
//	GET  v1/models/NAME
//
// An error is {"error": "..."} with a status of its kind.
type Handler struct {
	server   *serve.Server
	version  string
	handler  http.Handler
	requests sync.Pool // of *exchange
}

// exchange is the memory of a request over HTTP.
type exchange struct {
	request
	body, out []byte
}

// NewHandler makes the handler of a server. It refuses what a page of another origin sends from a browser. The version is that
// of the program, which the metadata name.
func NewHandler(s *serve.Server, version string) *Handler {
	h := &Handler{server: s, version: version}
	h.requests.New = func() any { return &exchange{} }
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v2/health/live", func(w http.ResponseWriter, _ *http.Request) { ready(w, true) })
	mux.HandleFunc("GET /v2/health/ready", func(w http.ResponseWriter, _ *http.Request) { ready(w, s.Ready()) })
	mux.HandleFunc("GET /v2", h.metadata)
	mux.HandleFunc("GET /v2/models/{name}", h.model)
	mux.HandleFunc("GET /v2/models/{name}/versions/{version}", h.model)
	mux.HandleFunc("GET /v2/models/{name}/ready", h.modelReady)
	mux.HandleFunc("GET /v2/models/{name}/versions/{version}/ready", h.modelReady)
	mux.HandleFunc("POST /v2/models/{name}/infer", h.infer)
	mux.HandleFunc("POST /v2/models/{name}/versions/{version}/infer", h.infer)
	mux.HandleFunc("POST /v2/repository/index", h.index)
	mux.HandleFunc("POST /v2/repository/models/{name}/load", h.load)
	mux.HandleFunc("POST /v2/repository/models/{name}/unload", h.unload)
	mux.HandleFunc("GET /v1/models/{name}", h.modelV1)
	mux.HandleFunc("POST /v1/models/{call}", h.predictV1)
	mux.HandleFunc(nowhere, func(w http.ResponseWriter, r *http.Request) {
		methods := methodsOf(mux, r)
		if len(methods) == 0 {
			fail(w, serve.Errorf(serve.NotFound, "there is nothing at %s %s", r.Method, r.URL.Path))
			return
		}
		w.Header()["Allow"] = methods
		said := fmt.Sprintf("%s takes %s, not %s", r.URL.Path, strings.Join(methods, " and "), r.Method)
		writeJSON(w, http.StatusMethodNotAllowed, map[string]string{"error": said})
	})
	h.handler = http.NewCrossOriginProtection().Handler(mux)
	return h
}

// nowhere is the pattern of what no other one takes.
const nowhere = "/"

// methodsOf returns the methods that the path of a request takes.
func methodsOf(mux *http.ServeMux, r *http.Request) (list []string) {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		other := *r
		other.Method = method
		if _, pattern := mux.Handler(&other); pattern != nowhere {
			list = append(list, method)
		}
	}
	return list
}

// ServeHTTP answers a request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.handler.ServeHTTP(w, r) }

func ready(w http.ResponseWriter, is bool) {
	if !is {
		fail(w, serve.Errorf(serve.Unavailable, "not ready"))
	}
}

// infer answers a request of the Open Inference Protocol.
func (h *Handler) infer(w http.ResponseWriter, r *http.Request) {
	h.answer(w, r, "rest", func(x *exchange) error {
		head, err := headLength(r, len(x.body))
		if err != nil {
			return err
		}
		x.Model, x.Version = r.PathValue("name"), r.PathValue("version")
		if err := x.parse(x.body, head); err != nil {
			return err
		}
		if err := h.server.Infer(&x.Call); err != nil {
			return err
		}
		var isBinary bool
		x.out, head, isBinary = x.request.answer(x.out)
		if isBinary {
			w.Header().Set(lengthHeader, strconv.Itoa(head))
			w.Header().Set("Content-Type", "application/octet-stream")
		}
		return nil
	})
}

// answer reads the body of a request, and writes what do leaves, or its error.
func (h *Handler) answer(w http.ResponseWriter, r *http.Request, protocol string, do func(x *exchange) error) {
	x := h.requests.Get().(*exchange)
	x.Reset(protocol)
	x.Context = r.Context()
	x.out = x.out[:0]
	err := h.read(w, r, x)
	if err == nil {
		err = do(x)
	}
	if err != nil {
		fail(w, err)
	} else {
		if w.Header()["Content-Type"] == nil {
			w.Header()["Content-Type"] = jsonType
		}
		_, _ = w.Write(x.out) // the client may be gone
	}
	h.server.Observe(&x.Call, err)
	if cap(x.body)+cap(x.out) <= kept {
		h.requests.Put(x)
	}
}

// kept is how large the memory of a request may be that is kept for the next one.
const kept = 1 << 20

// headLength returns the length of the JSON at the beginning of a body.
func headLength(r *http.Request, body int) (int, error) {
	text := r.Header.Get(lengthHeader)
	if text == "" {
		return body, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > body {
		return 0, serve.Errorf(serve.BadInput, "%s: %.20q, and the body has %d bytes", lengthHeader, text, body)
	}
	return n, nil
}

// lengthHeader has the length of the JSON before binary data.
const lengthHeader = "Inference-Header-Content-Length"

var jsonType = []string{"application/json"}

// statuses are the codes of HTTP of the kinds of errors.
var statuses = map[serve.Kind]int{
	serve.Internal: http.StatusInternalServerError, serve.BadInput: http.StatusBadRequest, serve.NotFound: http.StatusNotFound,
	serve.TooLarge: http.StatusRequestEntityTooLarge, serve.Busy: http.StatusServiceUnavailable,
	serve.Unavailable: http.StatusServiceUnavailable, serve.TooSlow: http.StatusRequestTimeout,
}

// fail writes an error in the form of the protocol.
func fail(w http.ResponseWriter, err error) {
	kind := serve.KindOf(err)
	if kind == serve.Busy || kind == serve.Unavailable {
		w.Header().Set("Retry-After", "1")
	}
	writeJSON(w, statuses[kind], map[string]string{"error": err.Error()})
}

func writeJSON(w http.ResponseWriter, status int, content any) {
	w.Header()["Content-Type"] = jsonType
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(content) // the client may be gone
}

// read reads the body of a request, within the limits.
func (h *Handler) read(w http.ResponseWriter, r *http.Request, x *exchange) error {
	limits := h.server.Limits()
	if coding := r.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return serve.Errorf(serve.BadInput, "Content-Encoding %.20q: send the body as it is", coding)
	}
	if r.ContentLength > int64(limits.Bytes) {
		return tooLarge(limits)
	}
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(x.Times.Start.Add(limits.Time)) // a recorder of a test has none
	var err error
	x.body, err = readAll(x.body[:0], http.MaxBytesReader(w, r.Body, int64(limits.Bytes)), r.ContentLength)
	var tooMany *http.MaxBytesError
	switch {
	case errors.As(err, &tooMany):
		return tooLarge(limits)
	case isTimeout(err):
		w.Header().Set("Connection", "close") // and the deadline stays, since the server would wait for the rest of the body
		return serve.Errorf(serve.TooSlow, "the request did not arrive within %v", limits.Time)
	case err != nil:
		return serve.Errorf(serve.BadInput, "the body: %w", err)
	}
	_ = control.SetReadDeadline(time.Time{})
	return nil
}

func tooLarge(l serve.Limits) error {
	return serve.Errorf(serve.TooLarge, "the body has more than %d bytes", l.Bytes)
}
