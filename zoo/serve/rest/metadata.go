package rest

import (
	"net/http"

	"github.com/ctrzoo/ctrzoo/zoo/serve"
)

// Extensions are those of the protocol that a server has.
func Extensions() []string { return []string{"binary_tensor_data", "model_repository"} }

type serverMetadata struct {
	Name       string   `json:"name"`
	Version    string   `json:"version"`
	Extensions []string `json:"extensions"`
}

func (h *Handler) metadata(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, serverMetadata{"ctrzoo", h.version, Extensions()})
}

type tensorMetadata struct {
	Name       string         `json:"name"`
	Datatype   string         `json:"datatype"`
	Shape      []int64        `json:"shape"`
	Parameters map[string]any `json:"parameters,omitempty"`
}

type modelMetadata struct {
	Name     string           `json:"name"`
	Versions []string         `json:"versions"`
	Platform string           `json:"platform"`
	Inputs   []tensorMetadata `json:"inputs"`
	Outputs  []tensorMetadata `json:"outputs"`
}

// model describes a model: a tensor for each column of the log.
func (h *Handler) model(w http.ResponseWriter, r *http.Request) {
	var m modelMetadata
	err := h.server.Describe(r.PathValue("name"), r.PathValue("version"), func(l serve.Loaded) { m = describe(l) })
	if err != nil {
		fail(w, err)
		return
	}
	writeJSON(w, http.StatusOK, m)
}

func describe(l serve.Loaded) modelMetadata {
	m := modelMetadata{Name: l.Name, Versions: []string{l.Version}, Platform: "ctrzoo", Outputs: []tensorMetadata{
		{serve.Probability, "FP32", []int64{-1}, nil}, {serve.Logit, "FP32", []int64{-1}, nil}, {serve.Index, "INT64", []int64{-1}, nil},
	}}
	for _, c := range l.Columns {
		parameters := map[string]any{"broadcast": true} // one element counts for all samples
		if c.Separator != "" {
			parameters["separator"] = c.Separator
		}
		m.Inputs = append(m.Inputs, tensorMetadata{c.Name, "BYTES", []int64{-1}, parameters})
	}
	return m
}

func (h *Handler) modelReady(w http.ResponseWriter, r *http.Request) {
	if err := h.server.Describe(r.PathValue("name"), r.PathValue("version"), func(serve.Loaded) {}); err != nil {
		fail(w, err)
	}
}
