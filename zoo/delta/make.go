package delta

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"

	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/graph/offheap"
	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
)

// Make writes to a new file what turns the checkpoint of one path into that of another. A path is that of a checkpoint, a run or
// the folder of a stream, see checkpoint.Find. If from is "", the file is a snapshot. Models of another kind, or with
// other fields, are an error that wraps checkpoint.ErrMismatch, a file that exists is one that wraps fs.ErrExist. Nothing is left
// of a file that could not be written.
func Make(from, to, file string) (*Report, error) {
	r, err := makeDelta(from, to, file)
	if err != nil {
		return nil, fmt.Errorf("zoo: delta: %w", err)
	}
	return r, nil
}

func makeDelta(from, to, file string) (*Report, error) {
	if err := safefile.CheckNew(file); err != nil {
		return nil, err
	}
	m, err := openMaker(from, to)
	if err != nil {
		return nil, err
	}
	defer m.close()
	if err := m.fill(); err != nil {
		return nil, err
	}
	var set safefile.Set
	defer set.Discard()
	w, err := set.Create(file)
	if err == nil {
		err = m.out.Write(w)
	}
	if err == nil {
		err = set.Commit()
	}
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	m.report.Bytes = info.Size()
	return &m.report, nil
}

// maker makes a delta.
type maker struct {
	from, to *model
	about    about
	out      checkpoint.Tensors
	report   Report
}

func openMaker(from, to string) (*maker, error) {
	m := &maker{from: nothing()}
	var err error
	if from != "" {
		if m.from, err = openModel(from); err != nil {
			return nil, err
		}
	}
	if m.to, err = openModel(to); err == nil && from != "" {
		if err = match(m.from.manifest, m.to.manifest); err != nil {
			err = fmt.Errorf("%s and %s: %w", m.from.dir, m.to.dir, err)
		}
	}
	if err != nil {
		m.close()
		return nil, err
	}
	m.about = about{Format: format, Parent: m.from.hash, Result: m.to.manifest.Plain(), Weights: []weight{}}
	m.report.FullBytes = fullBytes(&m.about.Result)
	return m, nil
}

func (m *maker) close() {
	for _, one := range []*model{m.from, m.to} {
		if one != nil {
			one.close()
		}
	}
}

// fill adds all that differs.
func (m *maker) fill() error {
	if err := m.addWeights(); err != nil {
		return err
	}
	if err := m.addEncoding(); err != nil {
		return err
	}
	text, err := json.Marshal(m.about)
	if err != nil {
		return err
	}
	checkpoint.Add(&m.out, aboutName, text)
	return m.out.Seal()
}

func (m *maker) addWeights() error {
	rows, err := origins(m.from, m.to.manifest.Run.Fields)
	if err != nil {
		return err
	}
	for _, t := range m.to.weights.Tensors {
		if len(t.Shape) != 2 {
			return m.to.weights.Damaged("%q has shape %v", t.Name, t.Shape)
		}
		w := weight{t.Name, [2]int{int(t.Shape[0]), int(t.Shape[1])}}
		m.about.Weights = append(m.about.Weights, w)
		now, err := m.to.floats(w.Name)
		if err != nil {
			return err
		}
		if slices.Contains(m.to.manifest.Tables, w.Name) {
			err = m.addTable(&w, rows, now)
		} else {
			err = m.addDense(&w, now)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (m *maker) addTable(w *weight, rows []int, now []float32) error {
	t, err := newTable(m.from, w, rows)
	if err != nil {
		return err
	}
	t.compare(now)
	t.add(&m.out, now)
	m.report.Tables = append(m.report.Tables, t.report())
	return nil
}

// addDense adds a dense weight if it has changed.
func (m *maker) addDense(w *weight, now []float32) error {
	before, err := m.from.floats(w.Name)
	if err != nil {
		return err
	}
	m.report.DenseWeights++
	if !bytes.Equal(offheap.Bytes(before), offheap.Bytes(now)) {
		m.report.DenseChanged++
		checkpoint.Add(&m.out, denseName(w.Name), now, w.Shape[:]...)
	}
	return nil
}

func denseName(weight string) string { return "weights/" + weight }
