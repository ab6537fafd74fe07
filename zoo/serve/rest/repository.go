package rest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/ctrzoo/ctrzoo/zoo/serve"
)

type indexEntry struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	State   string `json:"state"`
	Reason  string `json:"reason"`
}

// index lists the models.
func (h *Handler) index(w http.ResponseWriter, r *http.Request) {
	var want struct {
		Ready bool `json:"ready"` // only models that are
	}
	if err := decode(w, r, &want); err != nil {
		fail(w, err)
		return
	}
	list := []indexEntry{}
	for _, s := range h.server.Models() {
		state := "UNAVAILABLE"
		if s.Ready() {
			state = "READY"
		}
		if s.Ready() || !want.Ready {
			list = append(list, indexEntry{s.Name, s.Version, state, s.Reason})
		}
	}
	writeJSON(w, http.StatusOK, list)
}

// load loads the newest version of a model, or the one that parameters.version names.
func (h *Handler) load(w http.ResponseWriter, r *http.Request) {
	var want struct {
		Parameters struct {
			Version string `json:"version"`
		} `json:"parameters"`
	}
	err := decode(w, r, &want)
	if err == nil {
		err = h.server.Load(r.PathValue("name"), want.Parameters.Version)
	}
	h.done(w, err)
}

func (h *Handler) unload(w http.ResponseWriter, r *http.Request) {
	h.done(w, h.server.Unload(r.PathValue("name")))
}

// done answers with an empty object, or an error: a version that cannot be loaded is one of the request.
func (h *Handler) done(w http.ResponseWriter, err error) {
	if err != nil {
		fail(w, badInput(err))
		return
	}
	writeJSON(w, http.StatusOK, struct{}{})
}

// decode reads a small body of JSON, which may be empty.
func decode(w http.ResponseWriter, r *http.Request, to any) error {
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(to)
	if err != nil && !errors.Is(err, io.EOF) {
		return serve.Errorf(serve.BadInput, "%w", err)
	}
	return nil
}
