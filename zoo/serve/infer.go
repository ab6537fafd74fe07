package serve

import (
	"errors"
	"slices"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets"
	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/zoo"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
)

// Infer answers a call. The error is an Error.
func (s *Server) Infer(c *Call) error {
	c.Times.Decoded = time.Now()
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	default:
		return Errorf(Busy, "%d requests are at work already", cap(s.slots))
	}
	m, err := s.find(c.Model)
	if err != nil {
		return err
	}
	v, err := m.acquire(c.Version)
	if err != nil {
		return err
	}
	defer v.release()
	if err := v.answer(c, s.options.Limits.Samples); err != nil {
		return err
	}
	m.recent.keep(c)
	return nil
}

// Observe tells the observers how a call ended. A protocol calls it once for each call, after it has written the answer.
func (s *Server) Observe(c *Call, err error) {
	c.Times.Written = time.Now()
	for _, o := range s.options.Observers {
		o.Answered(c, err)
	}
}

// answer predicts with a version that is held.
func (v *version) answer(c *Call, most int) error {
	c.Served, c.Fields = v.name, v.trained.Fields
	for i := range c.Inputs {
		if n := c.Inputs[i].Len(); n > most {
			return Errorf(TooLarge, "input %q has %d samples, at most %d are allowed", c.Inputs[i].Column, n, most)
		}
	}
	if c.TopK < 0 {
		return Errorf(BadInput, "top_k must be at least 0, got %d", c.TopK)
	}
	if c.AllowMissing {
		c.addMissing(v)
	}
	encoder, err := v.encoder()
	if err != nil {
		return err
	}
	defer v.encoders.Put(encoder)
	batch, err := encoder.Encode(c.Inputs)
	if err != nil {
		return cellError(err)
	}
	c.Values, c.Unknown = append(c.Values, encoder.Values()...), append(c.Unknown, encoder.Unknown()...)
	c.Times.Encoded = time.Now()
	if err := v.predict(c, batch); err != nil {
		return err
	}
	c.rank()
	c.Times.Predicted = time.Now()
	return nil
}

func (v *version) predict(c *Call, batch *datasets.Batch) error {
	c.Samples = batch.Rows
	c.Logits = slices.Grow(c.Logits, batch.Rows)[:batch.Rows]
	if err := v.predictor.Logits(c.Logits, batch); err != nil {
		if errors.Is(err, zoo.ErrNonFinite) {
			return &Error{Kind: BadInput, Err: err}
		}
		return err
	}
	for _, x := range c.Logits {
		c.Probabilities = append(c.Probabilities, predict.Probability(x))
	}
	return nil
}

// cellError makes an error of a column one of the tensor of that name.
func cellError(err error) error {
	var cell *encode.CellError
	if !errors.As(err, &cell) {
		return err
	}
	if cell.Sample < 0 {
		return &Error{Kind: BadInput, Tensor: cell.Column, Err: cell.Err}
	}
	return TensorErrorf(cell.Column, "sample %d: %w: %.60q", cell.Sample, cell.Err, cell.Value)
}
