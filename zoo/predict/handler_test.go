package predict_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/ctrzoo/ctrzoo/zoo/train"
)

// handler answers with the click probabilities of a user's candidates. The request is an object of columns, as
// {"user": ["u1"], "item": ["i1", "i2"]}; a column of one value counts for all candidates.
type handler struct {
	predictor *predict.Predictor
	encoders  sync.Pool // of *encode.RowEncoder
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var columns map[string][]string
	if err := json.NewDecoder(r.Body).Decode(&columns); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	var cells []encode.Cells
	for name, texts := range columns {
		cells = append(cells, encode.Cells{Column: name, Texts: texts})
	}
	encoder := h.encoders.Get().(*encode.RowEncoder)
	defer h.encoders.Put(encoder)
	batch, err := encoder.Encode(cells)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	probabilities := make([]float32, batch.Rows)
	if err := h.predictor.Predict(probabilities, batch); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	json.NewEncoder(w).Encode(probabilities)
}

// A handler of one's own: it encodes requests in memory as training encoded the log.
func ExamplePredictor_handler() {
	result, err := clicks()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer result.Free()
	h := &handler{}
	if h.predictor, err = result.Predictor(); err != nil {
		fmt.Println(err)
		return
	}
	h.encoders.New = func() any {
		encoder, err := encode.NewRowEncoder(result.Encoding)
		if err != nil {
			panic(err) // not of the encoding of a trained model
		}
		return encoder
	}
	for _, body := range []string{`{"user": ["u1"], "item": ["shoe", "hat", "unseen"]}`, `{"user": ["u1"]}`} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("POST", "/", strings.NewReader(body)))
		fmt.Println(w.Code, strings.Count(w.Body.String(), ","), strings.HasPrefix(w.Body.String(), "[0."))
	}
	// Output:
	// 200 2 true
	// 400 0 false
}

// clicks trains on a log of two users and two items.
func clicks() (*train.Result, error) {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "log.csv")
	text := "click,user,item\n" + strings.Repeat("1,u1,shoe\n0,u1,hat\n0,u2,shoe\n", 50)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return nil, err
	}
	ctx := context.Background()
	described := &schema.Schema{Label: "click", Fields: []schema.Field{{Name: "user"}, {Name: "item"}}}
	set, err := encode.Open(ctx, described, rawlog.Files{Train: []string{path}}, encode.Options{})
	if err != nil {
		return nil, err
	}
	solver, err := solvers.NewAdamAR()
	if err != nil {
		return nil, err
	}
	return train.Train(ctx, train.Run{Model: zoo.DNN{EmbeddingDim: 4, HiddenUnits: []int{8}}, Train: set.Train, Encoding: set.Encoding, Solver: solver, BatchSize: 50, Epochs: 1})
}
