package checkpoint

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/zoo/metrics"
)

// The files of a checkpoint.
const (
	manifestFile   = "manifest.json"
	weightsFile    = "weights.safetensors"
	stateFile      = "solver.safetensors"
	schemaFile     = "../schema.yaml"
	vocabularyFile = "../vocabulary.safetensors"
)

// settingsFile is in the directory of a run.
const settingsFile = "settings.json"

// lockFile is what the process that has the directory holds a lock on.
const lockFile = "lock"

// mostJSON is how many bytes a file of JSON may have: 256 MiB.
const mostJSON = 256 << 20

// CurrentLink is a link in the folder of a stream to the run of the latest day: who reads the folder as a run reads that.
const CurrentLink = "current"

// Resolve returns the directory that a path means: what CurrentLink in it leads to, if there is such a link, else the path.
func Resolve(path string) string {
	link := filepath.Join(path, CurrentLink)
	if target, err := filepath.EvalSymlinks(link); err == nil {
		return target
	}
	if _, err := os.Lstat(link); err == nil {
		return link // it leads nowhere, as who reads it will find
	}
	return path
}

// IsRun reports whether a path is the directory of a run, a checkpoint or a saved model, or the folder of a stream.
func IsRun(path string) bool {
	for _, name := range []string{settingsFile, manifestFile} {
		if _, err := os.Stat(filepath.Join(Resolve(path), name)); err == nil {
			return true
		}
	}
	return false
}

// temporary ends the names of what is not finished.
const temporary = ".tmp"

// Position is how far a run has come.
type Position struct {
	Epoch   int     `json:"epoch"`   // under way, or to begin; from 1
	Batches int     `json:"batches"` // of the epoch
	Samples int     `json:"samples"` // in them
	Steps   int     `json:"steps"`   // of the run
	Weight  float64 `json:"weight"`  // of the samples
	Loss    float64 `json:"loss"`    // summed over the samples by weight
	Seconds float64 `json:"seconds"` // spent in training in the epoch
}

// Name returns the name of the checkpoint at a position: "epoch-0002-batch-00000000" after the first epoch.
func (p Position) Name() string { return fmt.Sprintf("epoch-%04d-batch-%08d", p.Epoch, p.Batches) }

// After returns the name of the checkpoint after an epoch.
func After(epoch int) string { return Position{Epoch: epoch + 1}.Name() }

// Of returns the name of the checkpoint that belongs to an epoch, or to an evaluation within it.
func Of(e *metrics.Epoch) string {
	if e.Batches > 0 {
		return Position{Epoch: e.Epoch, Batches: e.Batches}.Name()
	}
	return After(e.Epoch)
}

// Best returns the name of the checkpoint of the best epoch of a history, or evaluation within one; "" without one.
func Best(m metrics.Monitor, history []metrics.Epoch, list []metrics.Metric) string {
	best := m.Best(history, list)
	if best < 0 {
		return ""
	}
	return Of(&history[best])
}

var namePattern = regexp.MustCompile(`^epoch-\d{4,}-batch-\d{8,}$`)

// list returns the names of the checkpoints in a directory, the oldest first. One may be a link to a directory; what else
// has such a name is an error, since an older checkpoint must not silently take its place.
func list(path string) ([]string, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if !namePattern.MatchString(e.Name()) {
			continue
		}
		if err := checkDirectory(e, filepath.Join(path, e.Name())); errors.Is(err, fs.ErrNotExist) {
			continue // removed meanwhile
		} else if err != nil {
			return nil, err
		}
		names = append(names, e.Name())
	}
	slices.SortFunc(names, compareNames)
	return names, nil
}

// checkDirectory returns an error unless an entry is a directory, or a link to one.
func checkDirectory(e fs.DirEntry, path string) error {
	if e.IsDir() {
		return nil
	}
	info, err := os.Stat(path)
	switch {
	case err != nil && e.Type()&fs.ModeSymlink != 0:
		return fmt.Errorf("%s is %w: it is a link that leads nowhere", path, ErrDamaged)
	case err != nil:
		return err
	case !info.IsDir():
		return fmt.Errorf("%s is %w: it is no directory", path, ErrDamaged)
	}
	return nil
}

// compareNames sorts names of equal parts by their numbers, of which longer ones are larger.
func compareNames(a, b string) int {
	as, bs := strings.Split(a, "-"), strings.Split(b, "-")
	for i := range as {
		if len(as[i]) != len(bs[i]) {
			return len(as[i]) - len(bs[i])
		}
		if c := strings.Compare(as[i], bs[i]); c != 0 {
			return c
		}
	}
	return 0
}
