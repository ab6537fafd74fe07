package checkpoint

import (
	"fmt"
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

// temporary ends the names of what is not finished.
const temporary = ".tmp"

// Position is how far a run has come.
type Position struct {
	Epoch   int     `json:"epoch"`   // under way, or to begin; from 1
	Batches int     `json:"batches"` // of the epoch
	Samples int     `json:"samples"` // in them
	Steps   int     `json:"steps"`   // of the run
	Loss    float64 `json:"loss"`    // summed over the samples
	Seconds float64 `json:"seconds"` // spent in training in the epoch
}

// Name returns the name of the checkpoint at a position: "epoch-0002-batch-00000000" after the first epoch.
func (p Position) Name() string { return fmt.Sprintf("epoch-%04d-batch-%08d", p.Epoch, p.Batches) }

// After returns the name of the checkpoint after an epoch.
func After(epoch int) string { return Position{Epoch: epoch + 1}.Name() }

// Best returns the name of the checkpoint after the best epoch of a history, or "" without one.
func Best(m metrics.Monitor, history []metrics.Epoch, list []metrics.Metric) string {
	best := m.Best(history, list)
	if best < 0 {
		return ""
	}
	return After(history[best].Epoch)
}

var namePattern = regexp.MustCompile(`^epoch-\d{4,}-batch-\d{8,}$`)

// list returns the names of the checkpoints in a directory, the oldest first.
func list(path string) ([]string, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() && namePattern.MatchString(e.Name()) {
			names = append(names, e.Name())
		}
	}
	slices.SortFunc(names, compareNames)
	return names, nil
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
