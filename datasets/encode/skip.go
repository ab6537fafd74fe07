package encode

import (
	"errors"
	"fmt"

	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
)

// skipper leaves bad lines out, up to a number.
type skipper struct {
	most    int
	skipped int
	onSkip  func(error) // may be nil
}

// skip returns the error, unless it belongs to a line that may be left out.
func (s *skipper) skip(err error) error {
	var syntax *rawlog.SyntaxError
	if !errors.As(err, &syntax) || rawlog.IsFatal(err) || s.most == 0 {
		return err
	}
	if s.skipped == s.most {
		return fmt.Errorf("%w (after %d bad lines that were left out)", err, s.skipped)
	}
	s.skipped++
	if s.onSkip != nil {
		s.onSkip(err)
	}
	return nil
}
