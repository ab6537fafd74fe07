package datasets

import "errors"

// ErrUnknownData is wrapped by the error of the name of a data set that is not known.
var ErrUnknownData = errors.New("unknown data set")

// Set is a data set in parts that share vocabularies.
type Set struct {
	Train, Valid, Test Source // Valid and Test may be nil
	// Encoding turns raw samples into ids of this set, with the vocabularies of its fields. It is nil
	// if the set was not made of raw samples.
	Encoding *Encoding
	// BestAUC is the test AUC of the true probabilities, where they are known, else 0.
	BestAUC float64
}

// Put sets the source of a part.
func (s *Set) Put(p Part, source Source) {
	switch p {
	case TrainPart:
		s.Train = source
	case ValidPart:
		s.Valid = source
	case TestPart:
		s.Test = source
	}
}

// Progress is called every few thousand rows with the number of rows that were read or written so far,
// and the share of all the work that is done, from 0 to 1.
type Progress func(rows int, share float64)
