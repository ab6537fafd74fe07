package serve

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
)

// version is one loaded version of a model. Requests hold it while they use it, and the model holds it while it is the
// current one. The last one to let go frees the tables, which the garbage collector does not.
type version struct {
	name      string // see model.version
	trained   *predict.Trained
	predictor *predict.Predictor
	columns   []rawlog.Column
	loaded    time.Time
	encoders  sync.Pool // of *encode.RowEncoder
	users     atomic.Int64

	unchecked atomic.Bool        // whether the weights are still being checked
	inUse     context.Context    // ends when another version takes over
	retire    context.CancelFunc // ends it
}

// newVersion makes a version of a model, which it owns. The caller holds it.
func newVersion(t *predict.Trained, name string) (*version, error) {
	v := &version{name: name, trained: t, loaded: time.Now()}
	v.inUse, v.retire = context.WithCancel(context.Background())
	if err := v.prepare(); err != nil {
		t.Free()
		return nil, fmt.Errorf("%s: %w", t.Path, err)
	}
	v.users.Store(1)
	return v, nil
}

func (v *version) prepare() (err error) {
	if v.trained.Encoding == nil {
		return ErrNoEncoding
	}
	if v.predictor, err = v.trained.Predictor(); err != nil {
		return err
	}
	encoder, err := encode.NewRowEncoder(v.trained.Encoding)
	if err != nil {
		return err
	}
	v.columns = encoder.Columns()
	v.encoders.Put(encoder)
	return nil
}

// status is that of a model whose version it is.
func (v *version) status(model string) Status {
	return Status{Name: model, Version: v.name, Path: v.trained.Path, Solver: v.trained.Solver, Loaded: v.loaded, Unchecked: v.unchecked.Load()}
}

// encoder takes an encoder that nobody uses.
func (v *version) encoder() (*encode.RowEncoder, error) {
	if e, ok := v.encoders.Get().(*encode.RowEncoder); ok {
		return e, nil
	}
	return encode.NewRowEncoder(v.trained.Encoding)
}

// hold keeps a version that somebody else holds.
func (v *version) hold() { v.users.Add(1) }

// release lets go of a version.
func (v *version) release() {
	if v.users.Add(-1) == 0 {
		v.trained.Free()
	}
}

// hasColumnsOf reports whether two versions read the same columns.
func (v *version) hasColumnsOf(other *version) bool {
	if len(v.columns) != len(other.columns) {
		return false
	}
	names := map[string]bool{}
	for _, c := range other.columns {
		names[c.Name] = true
	}
	for _, c := range v.columns {
		if !names[c.Name] {
			return false
		}
	}
	return true
}
