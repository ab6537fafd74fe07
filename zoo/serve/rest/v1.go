package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/zoo/serve"
)

// requestV1 is a request of the V1 protocol.
type requestV1 struct {
	Instances  []json.RawMessage `json:"instances"` // each an object with the columns of a sample
	Parameters struct {
		AllowMissing bool `json:"allow_missing"`
	} `json:"parameters"`
}

// predictV1 answers a request of the V1 protocol. Instances are read as lines of JSON are.
func (h *Handler) predictV1(w http.ResponseWriter, r *http.Request) {
	name, verb, _ := strings.Cut(r.PathValue("call"), ":")
	if verb != "predict" {
		fail(w, serve.Errorf(serve.NotFound, "there is nothing at POST %s", r.URL.Path))
		return
	}
	h.answer(w, r, "v1", func(x *exchange) error {
		x.Model = name
		var v1 requestV1
		if err := json.Unmarshal(x.body, &v1); err != nil {
			return serve.Errorf(serve.BadInput, "%w", err)
		}
		if len(v1.Instances) == 0 {
			return serve.Errorf(serve.BadInput, "instances: none given")
		}
		x.AllowMissing = v1.Parameters.AllowMissing
		if err := h.readInstances(r.Context(), x, v1.Instances); err != nil {
			return badInput(err)
		}
		if err := h.server.Infer(&x.Call); err != nil {
			return err
		}
		x.out = append(appendFloats(append(x.out, `{"predictions":[`...), x.Probabilities), "]}"...)
		return nil
	})
}

// readInstances makes the inputs of a call of instances.
func (h *Handler) readInstances(ctx context.Context, x *exchange, instances []json.RawMessage) error {
	if most := h.server.Limits().Samples; len(instances) > most {
		return serve.Errorf(serve.TooLarge, "%d instances, at most %d are allowed", len(instances), most)
	}
	var columns []rawlog.Column
	if err := h.server.Describe(x.Model, "", func(l serve.Loaded) { columns = l.Columns }); err != nil {
		return err
	}
	var lines bytes.Buffer
	for _, instance := range instances {
		if err := json.Compact(&lines, instance); err != nil {
			return err
		}
		lines.WriteByte('\n')
	}
	for _, c := range columns {
		x.Inputs = append(x.Inputs, encode.Cells{Column: c.Name})
	}
	log, err := rawlog.OpenText(rawlog.Format{Name: "jsonl"}, "instances", lines.Bytes())
	if err != nil {
		return err
	}
	for record, err := range log(ctx, columns, nil) {
		if err != nil {
			return x.instanceError(err)
		}
		for i, text := range record.Values {
			x.Inputs[i].Texts = append(x.Inputs[i].Texts, text)
		}
	}
	return nil
}

// instanceError returns nil for a column that no instance has, if that is allowed: its cells are empty.
func (x *exchange) instanceError(err error) error {
	var place *rawlog.SyntaxError
	switch {
	case !errors.As(err, &place):
		return err
	case errors.Is(err, rawlog.ErrUnknownColumn) && x.AllowMissing:
		return nil
	case place.Line > 0:
		return serve.TensorErrorf(place.Column, "instance %d: %w", place.Line-1, place.Err)
	}
	return serve.TensorErrorf(place.Column, "%w", encode.ErrMissing)
}

// modelV1 says whether a model is ready.
func (h *Handler) modelV1(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	if err := h.server.Describe(name, "", func(serve.Loaded) {}); err != nil {
		fail(w, err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"name": name, "ready": true})
}
