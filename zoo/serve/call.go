package serve

import (
	"context"
	"slices"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
)

// Call is a request for predictions and its answer, in any protocol. A protocol keeps a pool of them: Reset keeps the memory.
// The texts of a request need to be valid only while Infer runs and the Call is observed.
type Call struct {
	Context      context.Context // of the request, for observers; nil is an empty one
	Protocol     string          // rest, v1 or grpc
	Model        string
	Version      string // "": the current one
	ID           string // that the client gave
	Inputs       []encode.Cells
	AllowMissing bool // columns that are not given count as empty
	TopK         int  // how many of the best samples Best is to have; 0: none

	// The answer of Infer.
	Served        string    // the version that answered
	Samples       int       // how many there were
	Probabilities []float32 // of a click, by sample
	Logits        []float32 // the logarithms of the odds, by sample
	Best          []int64   // the samples of highest probability, the best first; equal ones by their number

	// For observers.
	Times   Times
	Fields  []datasets.Field // of the model
	Values  []int            // by field: how many values the request had
	Unknown []int            // by field: how many of them had no row of their own

}

// Times are when the stages of a call ended, after its Start. A stage that was not reached has the zero time.
type Times struct{ Start, Decoded, Encoded, Predicted, Written time.Time }

// Reset empties a call for the next request, which begins now.
func (c *Call) Reset(protocol string) {
	clear(c.Inputs)
	*c = Call{
		Protocol: protocol, Inputs: c.Inputs[:0], Times: Times{Start: time.Now()},
		Probabilities: c.Probabilities[:0], Logits: c.Logits[:0], Best: c.Best[:0], Values: c.Values[:0], Unknown: c.Unknown[:0],
	}
}

// addMissing adds an empty cell for each column that is not given.
func (c *Call) addMissing(v *version) {
	for _, column := range v.columns {
		given := func(in encode.Cells) bool { return in.Column == column.Name }
		if !slices.ContainsFunc(c.Inputs, given) {
			c.Inputs = append(c.Inputs, encode.Cells{Column: column.Name, Texts: empty})
		}
	}
}

var empty = []string{""}

// rank finds the best samples.
func (c *Call) rank() {
	if c.TopK == 0 {
		return
	}
	for i := range c.Samples {
		c.Best = append(c.Best, int64(i))
	}
	slices.SortStableFunc(c.Best, func(a, b int64) int {
		switch x, y := c.Logits[a], c.Logits[b]; {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	c.Best = c.Best[:min(c.TopK, c.Samples)]
}
