package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
	"github.com/ctrzoo/ctrzoo/zoo/experiment"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
)

// ErrNoRecords is wrapped by the error of a file that a report cannot be made of.
var ErrNoRecords = errors.New("no records of runs, no output of zoo train --json and no folder of a run")

// Read reads what a report can be made of: a file of records, the output of zoo train --json, or the folder of a run.
func Read(path string) (*experiment.Store, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	if info.IsDir() {
		return readRun(path)
	}
	text, err := safefile.Read(path, experiment.MostBytes)
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	if records := readLines(text, path); len(records) > 0 {
		return experiment.NewStore(records...), nil
	}
	s, err := experiment.ReadStore(path)
	if err != nil {
		return nil, err
	}
	if len(s.Records()) == 0 {
		return nil, fmt.Errorf("report: %s: %w", path, errors.Join(append([]error{ErrNoRecords}, s.Damaged[:min(1, len(s.Damaged))]...)...))
	}
	return s, nil
}

// readRun makes a record of the history of a run. It is named after its folder.
func readRun(dir string) (*experiment.Store, error) {
	m, err := checkpoint.Latest(dir)
	switch {
	case errors.Is(err, checkpoint.ErrNoCheckpoint):
		return nil, fmt.Errorf("report: %w: it is no folder of a run; give files of records one by one", err)
	case err != nil:
		return nil, fmt.Errorf("report: %w", err)
	case metrics.Whole(m.History) == 0:
		return nil, fmt.Errorf("report: %s: %w: the run has not ended an epoch yet", dir, ErrNoRecords)
	}
	r := outside("Runs", filepath.Base(filepath.Clean(dir)), modelName(m.Run.Model.Type))
	r.Data, r.Solver, r.Seed, r.BatchSize, r.Epochs = dataOf(dir), m.Run.Solver, m.Run.Seed, m.Run.BatchSize, metrics.Whole(m.History)
	r.Rows = map[string]int{}
	for part, source := range map[string]*checkpoint.SourceRecord{"train": m.Run.Train, "valid": m.Run.Valid, "test": m.Run.Test} {
		if source != nil {
			r.Rows[part] = source.Samples
		}
	}
	for i := range m.History {
		e := &m.History[i]
		if e.Batches > 0 { // an evaluation within an epoch
			continue
		}
		r.Seconds += e.Seconds
		r.Results = append(r.Results, epochOf(e.TrainLoss, e.Valid, e.Test))
	}
	r.Key = r.Settings.Key()
	return experiment.NewStore(r), nil
}

// outside returns a record of a run that no grid made.
func outside(grid, method, model string) *experiment.Record {
	r := &experiment.Record{Grid: grid, Method: method}
	r.Model, r.Seed = model, 1
	return r
}

// modelName returns the name of a model of a type such as zoo.DNN.
func modelName(kind string) string {
	return strings.ToLower(kind[strings.LastIndex(kind, ".")+1:])
}

// dataOf returns what the run in a folder calls its data; "" if it does not say.
func dataOf(dir string) string {
	settings, err := checkpoint.ReadSettings(dir)
	if err != nil {
		return ""
	}
	if schema := settings["schema"]; schema != "" {
		return strings.TrimSuffix(filepath.Base(schema), filepath.Ext(schema))
	}
	if settings["data"] == "" {
		return "synthetic"
	}
	return filepath.Base(settings["data"])
}

// epochOf returns what a record keeps of an epoch.
func epochOf(loss float64, valid, test *metrics.Figures) experiment.Epoch {
	f := func(of *metrics.Figures, name string) experiment.Figure { return experiment.Figure(of.Value(name)) }
	none := f(nil, "")
	return experiment.Epoch{
		TrainLoss: experiment.Figure(loss), ValidAUC: f(valid, "auc"), ValidLogLoss: f(valid, "logloss"),
		TestAUC: f(test, "auc"), TestLogLoss: f(test, "logloss"), Calibration: f(test, "calibration"), EmbeddingNorm: none, Rademacher: none,
	}
}

// line is a line of zoo train --json, of an epoch or of the best one.
type line struct {
	Model, Solver   string
	Epoch           int
	BestEpoch       int                `json:"best_epoch"`
	TrainLoss       *experiment.Figure `json:"train_loss"`
	ValidAUC        *experiment.Figure `json:"valid_auc"`
	ValidLogLoss    *experiment.Figure `json:"valid_logloss"`
	TestAUC         *experiment.Figure `json:"test_auc"`
	TestLogLoss     *experiment.Figure `json:"test_logloss"`
	TestCalibration *experiment.Figure `json:"test_calibration"`
	Seconds         float64
}

// readLines reads the output of zoo train --json; nil if the text is none.
func readLines(text []byte, path string) (records []*experiment.Record) {
	seconds := map[*experiment.Record]map[int]float64{} // of each epoch
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, len(text)+1)
	for lines.Scan() {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		var l line
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil || l.Model == "" || l.Solver == "" || max(l.Epoch, l.BestEpoch) < 1 {
			return nil
		}
		at := slices.IndexFunc(records, func(r *experiment.Record) bool { return r.Model == l.Model && r.Method == l.Solver })
		if at < 0 {
			at = len(records)
			records = append(records, outside("Runs", l.Solver, l.Model))
			records[at].Data, records[at].Solver = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)), l.Solver
			seconds[records[at]] = map[int]float64{}
		}
		l.addTo(records[at])
		if l.Epoch > 0 {
			seconds[records[at]][l.Epoch] = l.Seconds
		}
	}
	for _, r := range records {
		if len(r.Results) == 0 {
			return nil
		}
		r.Epochs = len(r.Results)
		for epoch := range r.Epochs {
			r.Seconds += seconds[r][epoch+1]
		}
		r.Key = r.Settings.Key()
	}
	return records
}

// addTo adds an epoch to a record, or the figures of the test part to its best epoch.
func (l *line) addTo(r *experiment.Record) {
	if l.Epoch > len(r.Results) { // else an earlier line is of an evaluation within the same epoch
		r.Results = append(r.Results, epochOf(0, nil, nil))
	}
	at := max(l.Epoch, l.BestEpoch) - 1
	if at >= len(r.Results) {
		return // the output begins within a run
	}
	e := &r.Results[at]
	for _, f := range []struct {
		from *experiment.Figure
		to   *experiment.Figure
	}{
		{l.TrainLoss, &e.TrainLoss}, {l.ValidAUC, &e.ValidAUC}, {l.ValidLogLoss, &e.ValidLogLoss},
		{l.TestAUC, &e.TestAUC}, {l.TestLogLoss, &e.TestLogLoss}, {l.TestCalibration, &e.Calibration},
	} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
}
