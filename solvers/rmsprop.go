package solvers

// RowWiseRMSpropAR is the adaptive regularization of Meta's FBGEMM (optimizer ROWWISE_RMSPROP_AR).
// When a batch touches a row,
//
//	v = beta2 v + (1-beta2) mean(g^2)
//	theta = max(floor, 1 - min(1, rate*alpha*I)) theta - rate * g / (sqrt(v) + eps)
//
// where v is one number for the row, and I counts the steps since a batch touched the row before, with this
// one; 1 if none did. Rows that the batch does not touch do not move, so this is another method than AdamAR:
// see the package comment. Dense weights take steps of RMSprop.
type RowWiseRMSpropAR struct{ solver }

func rmspropAREntry() Entry {
	return Entry{
		Name:      "rmsprop-ar",
		Formula:   "row-wise RMSprop; a row that is touched keeps max(floor, 1 - rate*alpha*(k-s)) of itself",
		Reference: "FBGEMM, ROWWISE_RMSPROP_AR",
		Semantics: OnTouch,
		Parameters: []Parameter{
			learnRate(1e-3), denseLearnRate(), beta2(0.99), eps(1e-8), alpha(0.1), minShrinkage(0.1), clip(),
		},
		New: maker(NewRowWiseRMSpropAR),
	}
}

// NewRowWiseRMSpropAR makes a solver; it takes WithLearnRate (default 1e-3), WithDenseLearnRate,
// WithBeta2 (default 0.99), WithEps (default 1e-8), WithAlpha (default 0.1), WithMinShrinkage, the
// floor (default 0.1), and WithClip.
func NewRowWiseRMSpropAR(options ...Option) (*RowWiseRMSpropAR, error) {
	s, err := rmspropAREntry().configure(settings{name: "RowWiseRMSpropAR", scaled: true, onTouch: true}, options)
	if err != nil {
		return nil, err
	}
	sv := &RowWiseRMSpropAR{newSolver(s, newRMSpropBase(s), (*settings).paidOnTouch)}
	sv.everyTouch = true
	return sv, nil
}

// paidOnTouch is FBGEMM's decay: its interval includes the present step.
func (s *settings) paidOnTouch() []decay {
	most, share := 1-s.floor, s.scale(s.alpha, s.rate())
	return []decay{func(interval int) float64 { return min(most, share*float64(interval+1)) }}
}

var _ Solver = (*RowWiseRMSpropAR)(nil)
