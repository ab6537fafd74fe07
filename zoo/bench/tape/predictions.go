package tape

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/zoo/export/onnx"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
)

// ErrFields is wrapped by the error of fields that are not all categorical.
var ErrFields = errors.New("zoo: bench: predictions are compared of categorical fields only")

// Predictions describe the files of a folder from which other programs predict what we do. Numbers are little-endian:
//
//	weights.bin       float32, in the order of Weights
//	model.onnx        the model with them
//	NAME.ids          int32, of a call after the other, each of a sample after the other; of each field from 0 on
//	NAME.logits       float32, what we predict of each sample
//	predictions.json  this
type Predictions struct {
	Fields  []Field  `json:"fields"`
	Weights []Weight `json:"weights"`
	Calls   []Calls  `json:"calls"`
}

// Field is a column of ids.
type Field struct {
	Name  string `json:"name"`
	First int32  `json:"first"` // its first row in the joint table
}

// Calls are batches of one size, which are predicted in turn.
type Calls struct {
	Name    string            `json:"name"`
	Batches []*datasets.Batch `json:"-"`
	Calls   int               `json:"calls"`   // how many batches there are; set by WritePredictions
	Samples int               `json:"samples"` // of a batch; likewise
	Part    bool              `json:"part"`    // the batches are a part of a data set, which is predicted as a whole
}

// WritePredictions writes a model to a folder that exists, and what it predicts.
func WritePredictions(folder string, t *predict.Trained, calls ...Calls) error {
	predictor, err := t.Predictor()
	if err != nil {
		return err
	}
	var p Predictions
	for i, first := range FirstRows(t.Fields) {
		if t.Fields[i].Kind != datasets.Categorical {
			return fmt.Errorf("%w: not field %q", ErrFields, t.Fields[i].Name)
		}
		p.Fields = append(p.Fields, Field{t.Fields[i].Name, first})
	}
	if p.Weights, err = WriteWeights(filepath.Join(folder, "weights.bin"), t.Weights); err != nil {
		return err
	}
	if _, err := onnx.Save(filepath.Join(folder, "model.onnx"), t, onnx.IDs); err != nil {
		return err
	}
	for _, c := range calls {
		if err := writeCalls(filepath.Join(folder, c.Name), predictor, c.Batches); err != nil {
			return err
		}
		if c.Calls = len(c.Batches); c.Calls > 0 {
			c.Samples = c.Batches[0].Rows
		}
		p.Calls = append(p.Calls, c)
	}
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "predictions.json"), text, 0o666)
}

// writeCalls writes ids and logits of batches.
func writeCalls(path string, p *predict.Predictor, batches []*datasets.Batch) error {
	var ids, logits []byte
	for _, b := range batches {
		for _, id := range b.IDs {
			ids = binary.LittleEndian.AppendUint32(ids, uint32(id))
		}
		of := make([]float32, b.Rows)
		if err := p.Logits(of, b); err != nil {
			return err
		}
		logits = appendFloats(logits, of)
	}
	return errors.Join(os.WriteFile(path+".ids", ids, 0o666), os.WriteFile(path+".logits", logits, 0o666))
}
