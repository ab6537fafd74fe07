package stream

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ctrzoo/ctrzoo/solvers"
	"github.com/ctrzoo/ctrzoo/solvers/ranks"
	"gorgonia.org/gorgonia"
)

// A stream may be one rank of a parallel job, see train.Parallel. Every rank reads each day and finds the values that leave, and
// all train together. Rank 0 alone has the folder: it evaluates, writes and publishes. The others read there.

// ErrRanks is wrapped by the error of a stream that the ranks of a job cannot train.
var ErrRanks = errors.New("a stream cannot be trained so by several ranks")

// leads reports whether this rank is the one that has the folder.
func (s *Stream) leads() bool { return s.group.Rank() == 0 }

// checkRanks refuses what would fail only when the first day is trained.
func (s *Stream) checkRanks(solver gorgonia.Solver) error {
	n := s.group.Size()
	if n == 1 {
		return nil
	}
	if s.Run.BatchSize%n != 0 {
		return fmt.Errorf("zoo: %w: batches of %d samples cannot be divided between %d ranks", ErrRanks, s.Run.BatchSize, n)
	}
	if s.Run.Parallel.ShardTables {
		if err := solvers.CheckSpread(solver); err != nil {
			return fmt.Errorf("zoo: %w: tables cannot be spread: %w", ErrRanks, err)
		}
	}
	return nil
}

// open opens the folder on rank 0, and tells the others which days are done.
func (s *Stream) open(path string) error {
	f := &folder{path: path}
	var err error
	if s.leads() {
		f, err = openFolder(path, s.Settings)
	}
	if err := s.group.Agree(err); err != nil {
		return err
	}
	s.folder = f
	return shared(s.group, &f.records)
}

// shared gives every rank the value that rank 0 has, which must survive being JSON.
func shared[T any](g *ranks.Group, value *T) error {
	if g.Size() == 1 {
		return nil
	}
	text, err := json.Marshal(value)
	if err := g.Agree(err); err != nil {
		return err
	}
	texts, err := g.Gather(text)
	if err != nil || g.Rank() == 0 {
		return err
	}
	var first T
	if err := json.Unmarshal(texts[0], &first); err != nil {
		return err
	}
	*value = first
	return nil
}
