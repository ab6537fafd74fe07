package experiment

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path/filepath"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets/safefile"
)

// Comparison is DeLong's test of the best method of a data set and model against the runner-up, on
// the test part after the last epoch, for one seed.
type Comparison struct {
	Best        string  `json:"best"`      // key of a run
	RunnerUp    string  `json:"runner_up"` // key of a run
	BestAUC     float64 `json:"best_auc"`
	RunnerUpAUC float64 `json:"runner_up_auc"`
	Error       float64 `json:"standard_error"` // of the difference
	P           float64 `json:"p"`
}

// compare tests, for each data set, model and seed, the method with the best mean test AUC after
// the last epoch against the runner-up, and draws the interval of their difference over all seeds.
func (r *Runner) compare() error {
	for _, d := range r.Grid.Data {
		labels := r.data[d.Label()].testLabels
		if labels == nil {
			continue
		}
		for _, model := range r.Grid.Models {
			if err := r.compareModel(d, model, labels); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *Runner) compareModel(d Data, model string, labels []float32) error {
	var methods [][]*Record // by method, then seed
	for i := range r.Grid.Methods {
		methods = append(methods, Choose(r.runsOf(d, model, &r.Grid.Methods[i])).Runs)
	}
	if len(methods) < 2 {
		return nil
	}
	slices.SortStableFunc(methods, func(a, b []*Record) int { return cmp.Compare(meanAUC(b), meanAUC(a)) })
	for i := range r.Grid.Seeds {
		if err := r.Store.compare(methods[0][i], methods[1][i], labels); err != nil {
			return err
		}
	}
	return r.Store.bootstrap(methods[0], methods[1], labels)
}

// meanAUC is the mean test AUC after the last epoch.
func meanAUC(records []*Record) float64 {
	return mean(records, func(r *Record) Figure { return r.Last().TestAUC })
}

// compare tests two runs and keeps the result, unless it is known or the scores are gone.
func (s *Store) compare(best, runnerUp *Record, labels []float32) error {
	for _, c := range s.comparisons {
		if c.Best == best.Key && c.RunnerUp == runnerUp.Key {
			return nil
		}
	}
	a, err := s.scores(best.Key, len(labels))
	if err != nil {
		return err
	}
	b, err := s.scores(runnerUp.Key, len(labels))
	if err != nil || a == nil || b == nil {
		return err
	}
	c := &Comparison{Best: best.Key, RunnerUp: runnerUp.Key}
	c.BestAUC, c.RunnerUpAUC, c.Error, c.P = DeLong(a, b, labels)
	return s.addComparison(c)
}

// scoreFolder is where test scores are kept for comparisons: beside the records.
func scoreFolder(records string) string { return records + ".scores" }

// scorePath is where the test scores of a run are kept.
func (s *Store) scorePath(key string) string {
	return filepath.Join(scoreFolder(s.path), key+".float32")
}

// keepScores writes the scores of a run, 4 bytes each, little-endian.
func (s *Store) keepScores(key string, x scores) error {
	bytes := make([]byte, 0, 4*len(x))
	for _, v := range x {
		bytes = binary.LittleEndian.AppendUint32(bytes, math.Float32bits(v))
	}
	s.lock.Lock() // two runs at a time may have the same settings
	defer s.lock.Unlock()
	err := s.checkLock()
	if err == nil {
		err = safefile.WriteFile(s.scorePath(key), bytes)
	}
	if err != nil {
		return fmt.Errorf("experiment: scores: %w", err)
	}
	return nil
}

// scores reads the scores of a run; nil if they are not there.
func (s *Store) scores(key string, samples int) (scores, error) {
	bytes, err := safefile.Read(s.scorePath(key), int64(4*samples))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil && len(bytes) != 4*samples {
		err = fmt.Errorf("%s has %d bytes, want %d", s.scorePath(key), len(bytes), 4*samples)
	}
	if err != nil {
		return nil, fmt.Errorf("experiment: scores: %w", err)
	}
	x := make(scores, samples)
	for i := range x {
		x[i] = math.Float32frombits(binary.LittleEndian.Uint32(bytes[4*i:]))
	}
	return x, nil
}
