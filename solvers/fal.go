package solvers

// FAL is Adam with the frequency-adaptive learning rate of Qiu and others, The Evolution of
// Embedding Table Optimization and Multi-Epoch Training in Pinterest Ads Conversion, 2025: a row
// that has occurred F times so far takes its steps at the rate
//
//	rate * log(F + 1) / max over all rows j of the table of log(F_j + 1)
//
// so that rare rows learn slowly. Dense weights take steps of Adam; as the authors train tables at
// up to 50 times the rate of dense weights, WithDenseLearnRate is likely to be wanted.
//
// Under EveryStep the momentum of a row that is not touched moves it at the rate it would have had
// at that step, the largest F growing meanwhile.
type FAL struct{ solver }

// NewFAL makes a solver; it takes the options of Adam.
func NewFAL(options ...Option) (*FAL, error) {
	s, err := configure("FAL", adamDefaults(), adamOptions, options)
	if err != nil {
		return nil, err
	}
	f := &FAL{newSolver(s, newAdamBase(s), (*settings).none)}
	f.byFrequency = true
	return f, nil
}

var _ Solver = (*FAL)(nil)
