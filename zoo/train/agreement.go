package train

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"

	"github.com/ctrzoo/ctrzoo/graph/kernel"
	"github.com/ctrzoo/ctrzoo/solvers/ranks"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
)

// ErrRanksDiffer is wrapped by the error of ranks that should be the same and are not.
var ErrRanksDiffer = errors.New("the ranks of the job differ")

// ranksDiffer is what all ranks find at the same time.
func ranksDiffer(how string, a ...any) error {
	return &ranks.Error{Rank: -1, Err: fmt.Errorf("%w: %s", ErrRanksDiffer, fmt.Sprintf(how, a...))}
}

// likeness is what must be the same on all ranks of a job.
type likeness struct {
	Build    string // the hash of the program, and its kernel
	Run      checkpoint.Identity
	Encoding map[string]checkpoint.Part
	Settings string // that do not belong to the identity of a run
}

// compareRuns finds out whether all ranks have the same program, settings and data. Of the data it compares
// the fields, the vocabularies, the number of samples, and the first samples of each part.
func (t *Trainer) compareRuns() error {
	if !t.team.parallel() {
		return nil
	}
	own, err := t.likeness()
	text, marshalErr := json.Marshal(own)
	if err := t.team.Agree(errors.Join(err, marshalErr)); err != nil {
		return err
	}
	texts, err := t.team.Gather(text)
	if err != nil {
		return err
	}
	for rank, text := range texts {
		var other, first likeness
		if err := errors.Join(json.Unmarshal(texts[0], &first), json.Unmarshal(text, &other)); err != nil {
			return err
		}
		if what, a, b := first.difference(&other); what != "" {
			return ranksDiffer("%s: rank 0 has %.300s, rank %d has %.300s", what, a, rank, b)
		}
	}
	return nil
}

func (t *Trainer) likeness() (*likeness, error) {
	r := &t.run
	l := &likeness{}
	var err error
	if l.Build, err = identifyProgram(); err != nil {
		return nil, err
	}
	if l.Run, err = r.identifySettings(solverName(r.Solver)); err != nil {
		return nil, err
	}
	for _, part := range r.parts(&l.Run) {
		if *part.record, err = identifyStart(part.source); err != nil {
			return nil, err
		}
	}
	var every, encoding any
	if c := r.Checkpoints; c != nil {
		every = []any{c.EverySteps, c.Every}
		if l.Encoding, err = checkpoint.MeasureEncoding(r.Encoding); err != nil {
			return nil, err
		}
		encoding = r.Encoding != nil
	}
	l.Settings = fmt.Sprintf("epochs %d, monitor %q, patience %d, buckets %v, diagnostics %v, checks every %d steps, sharded tables %v, products in %v, checkpoints %v, encoding %v, rows of the run before %q",
		r.Epochs, r.Monitor, r.Patience, r.Buckets, r.Diagnose, r.Parallel.CheckRanks, r.Parallel.ShardTables, r.Precision.InUse(), every, encoding, t.origins)
	return l, nil
}

// difference names the first thing in which two ranks differ, and what each has.
func (l *likeness) difference(other *likeness) (what, a, b string) {
	parts := slices.Concat(
		[]checkpoint.Comparison{{What: "build", A: l.Build, B: other.Build}, {What: "settings", A: l.Settings, B: other.Settings}},
		l.Run.Compare(&other.Run),
		[]checkpoint.Comparison{{What: "vocabularies", A: l.Encoding, B: other.Encoding}})
	for _, p := range parts {
		if a, b, equal := p.Texts(); !equal {
			return p.What, a, b
		}
	}
	return "", "", ""
}

// identifyProgram is the hash of the program that runs, and the kernel it uses: another one rounds
// otherwise.
var identifyProgram = sync.OnceValues(func() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", err
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	_, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)) + ", kernel " + kernel.Name(), err
})

// checkRanks compares the weights of all ranks, as often as was asked for; but not tables that are spread over
// them, of which there is only one copy.
func (t *Trainer) checkRanks() error {
	if !t.team.parallel() || t.run.Parallel.CheckRanks == 0 || t.at.Steps%t.run.Parallel.CheckRanks != 0 {
		return nil
	}
	for w := range t.weights.All() {
		if w.Table != nil && t.spread() {
			continue
		}
		sum := sha256.Sum256(w.Bytes())
		all, err := t.team.Gather(sum[:])
		if err != nil {
			return err
		}
		for rank, other := range all {
			if !bytes.Equal(all[0], other) {
				return ranksDiffer("after step %d weight %s of rank %d is not that of rank 0", t.at.Steps, w.Name, rank)
			}
		}
	}
	return nil
}
