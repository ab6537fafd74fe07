package page

import (
	"math"
	"net/http"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/zoo/serve"
)

// trial is a prediction that was tried, and how its cells were read.
type trial struct {
	Version     string   `json:"version"`
	Probability float32  `json:"probability"`
	Logit       *float32 `json:"logit"` // null if it is infinite
	Micros      int64    `json:"micros"`
	Fields      []read   `json:"fields"`
}

// read says how the cell of a field was read.
type read struct {
	Name    string  `json:"name"`
	Column  string  `json:"column"`
	Kind    string  `json:"kind"`
	Values  []value `json:"values"`
	Unknown int     `json:"unknown"` // how many of the values have no row of their own
}

// value is a value of a field.
type value struct {
	Text  string `json:"text"`
	Known bool   `json:"known"`
}

// try predicts one sample, whose cells are texts as in a log.
func try(s *serve.Server, w http.ResponseWriter, r *http.Request) (*trial, error) {
	var c serve.Call
	c.Reset("page")
	c.Context, c.Model = r.Context(), r.PathValue("name")
	t, err := tryCall(s, &c, w, r)
	s.Observe(&c, err)
	if err != nil {
		return nil, err
	}
	t.Micros = c.Times.Predicted.Sub(c.Times.Decoded).Microseconds()
	return t, nil
}

func tryCall(s *serve.Server, c *serve.Call, w http.ResponseWriter, r *http.Request) (*trial, error) {
	var request struct {
		Cells map[string]string `json:"cells"` // by column
	}
	if err := decode(s, w, r, &request); err != nil {
		return nil, err
	}
	for column, text := range request.Cells {
		c.Inputs = append(c.Inputs, encode.Cells{Column: column, Texts: []string{text}})
	}
	if err := s.Infer(c); err != nil {
		return nil, err
	}
	t := &trial{Version: c.Served, Probability: c.Probabilities[0]}
	if x := c.Logits[0]; !math.IsInf(float64(x), 0) {
		t.Logit = &x
	}
	// A version that has just been replaced cannot say how it read the cells any more.
	_ = s.Describe(c.Model, c.Served, func(l serve.Loaded) { t.Fields = readCells(l.Trained.Encoding, request.Cells, c) })
	return t, nil
}

// readCells reads the cells that a call has encoded.
func readCells(x *datasets.Encoding, cells map[string]string, c *serve.Call) []read {
	list := make([]read, len(x.Schema.Fields))
	for i := range list {
		f := &x.Schema.Fields[i]
		column := f.RawColumn().Name
		one := read{Name: f.Name, Column: column, Kind: kind(f.Kind), Values: []value{}, Unknown: c.Unknown[i]}
		for _, text := range values(encode.NewCellReader(f), f.Kind, cells[column]) {
			// Without a vocabulary it is a number, or has one of the buckets, which all values have.
			known := x.Vocabularies[i] == nil || x.Vocabularies[i].ID(text) != 0
			one.Values = append(one.Values, value{text, known})
		}
		list[i] = one
	}
	return list
}

// values are those of a cell that was encoded without an error. An empty cell of a number or a list has none.
func values(r *encode.CellReader, kind, cell string) (list []string) {
	switch kind {
	case "list":
		for text := range r.List(cell) {
			list = append(list, text)
		}
	case "numeric":
		if cell != "" {
			list = append(list, cell)
		}
	default:
		text, _ := r.Value(cell)
		list = append(list, text)
	}
	return list
}
