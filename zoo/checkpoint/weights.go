package checkpoint

import (
	"runtime"
	"slices"

	"github.com/ctrzoo/ctrzoo/graph"
	"github.com/maruel/safetensors"
)

// CanStayMapped says whether a file may stay mapped for long: Windows does not let anybody rename or remove one that is.
const CanStayMapped = runtime.GOOS != "windows"

// ReadWeights reads all weights of the checkpoint in dir, whose bytes it does not check. tables names those that are tables.
func ReadWeights(dir string, tables []string) (*graph.Weights, error) {
	m, err := OpenWeights(dir)
	if err != nil {
		return nil, err
	}
	defer m.Close()
	return m.weights(tables, readTable)
}

// MapWeights is ReadWeights, but the tables are the mapped memory itself: it reads next to nothing, and the pages belong to all
// processes that map the file. They must not be written to, and are valid until the file is closed.
func MapWeights(dir string, tables []string) (*Mapped, *graph.Weights, error) {
	m, err := OpenWeights(dir)
	if err != nil {
		return nil, nil, err
	}
	w, err := m.weights(tables, viewTable)
	if err != nil {
		m.Close()
		return nil, nil, err
	}
	return m, w, nil
}

// weights makes weights of all arrays, the tables by add.
func (m *Mapped) weights(tables []string, add func(*Mapped, *graph.Weights, *safetensors.Tensor) error) (*graph.Weights, error) {
	w := graph.NewWeights(nil)
	for i := range m.Tensors {
		t := &m.Tensors[i]
		var err error
		switch {
		case len(t.Shape) != 2:
			err = m.Damaged("%q has shape %v", t.Name, t.Shape)
		case slices.Contains(tables, t.Name):
			err = add(m, w, t)
		default:
			err = readWeight(m, w, t, false)
		}
		if err != nil {
			w.Free()
			return nil, err
		}
	}
	return w, nil
}

func readTable(m *Mapped, w *graph.Weights, t *safetensors.Tensor) error {
	return readWeight(m, w, t, true)
}

func readWeight(m *Mapped, w *graph.Weights, t *safetensors.Tensor, isTable bool) error {
	weight, err := w.Add(t.Name, int(t.Shape[0]), int(t.Shape[1]), isTable)
	if err != nil {
		return err
	}
	return Read(m, t.Name, weight.Values())
}

func viewTable(m *Mapped, w *graph.Weights, t *safetensors.Tensor) error {
	values, err := View[float32](m, t.Name)
	if err != nil {
		return err
	}
	return w.AddView(t.Name, int(t.Shape[0]), int(t.Shape[1]), values)
}
