package serve

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
)

// Server has models by name, and answers calls with them. Any number of goroutines may use it.
type Server struct {
	options  Options
	slots    chan struct{} // one for each request at work
	closed   atomic.Bool
	draining atomic.Bool

	lock   sync.RWMutex
	models map[string]*model
}

// New makes a server without models.
func New(o Options) *Server {
	o.Limits = o.Limits.withDefaults()
	if o.Load == nil {
		o.Load = func(path string) (*predict.Trained, error) { return predict.Map(path) }
	}
	return &Server{options: o, slots: make(chan struct{}, o.Limits.Requests), models: map[string]*model{}}
}

// AtWork returns how many requests are at work.
func (s *Server) AtWork() int { return len(s.slots) }

// Limits returns the limits with their defaults.
func (s *Server) Limits() Limits { return s.options.Limits }

// Add adds the model in the directory of a run, or in one of its checkpoints, or in what the link "current" in the directory
// leads to. It loads the newest version; if that
// fails, the model is not added. Without a name the model has that of the directory.
func (s *Server) Add(name, path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if name == "" {
		name = filepath.Base(path)
	}
	if strings.ContainsAny(name, "/:") {
		return fmt.Errorf("%q is no name of a model: it has a slash or a colon", name)
	}
	m := &model{name: name, path: path, reason: "not loaded yet"}
	s.lock.Lock()
	_, taken := s.models[name]
	if !taken {
		s.models[name] = m
	}
	s.lock.Unlock()
	if taken {
		return fmt.Errorf("%w: %q", ErrName, name)
	}
	if err := s.Load(name, ""); err != nil {
		s.lock.Lock()
		delete(s.models, name)
		s.lock.Unlock()
		return err
	}
	return nil
}

func (s *Server) find(name string) (*model, error) {
	s.lock.RLock()
	defer s.lock.RUnlock()
	m := s.models[name]
	if m == nil {
		return nil, Errorf(NotFound, "there is no model %q", name)
	}
	return m, nil
}

// all returns the models by their names.
func (s *Server) all() []*model {
	s.lock.RLock()
	defer s.lock.RUnlock()
	list := make([]*model, 0, len(s.models))
	for _, name := range slices.Sorted(maps.Keys(s.models)) {
		list = append(list, s.models[name])
	}
	return list
}

// Models returns what the models are now, by their names.
func (s *Server) Models() []Status {
	var list []Status
	for _, m := range s.all() {
		list = append(list, m.status())
	}
	return list
}

// Loaded is a version of a model that is loaded.
type Loaded struct {
	Status
	Columns []rawlog.Column // of a sample
	Trained *predict.Trained
}

// Describe calls do with the version of a model that is served now, which stays loaded meanwhile. Version "" is any; another
// one that is not served is an error, as is a model that is not loaded.
func (s *Server) Describe(name, version string, do func(Loaded)) error {
	m, err := s.find(name)
	if err != nil {
		return err
	}
	v, err := m.acquire(version)
	if err != nil {
		return err
	}
	defer v.release()
	do(Loaded{v.status(m.name), v.columns, v.trained})
	return nil
}

// Ready reports whether all models are loaded, and the server does not drain.
func (s *Server) Ready() bool {
	for _, m := range s.all() {
		if !m.status().Ready() {
			return false
		}
	}
	return !s.draining.Load() && !s.closed.Load()
}

// Drain makes the server not ready, so that a balancer sends it no more requests. Those that come are answered still.
func (s *Server) Drain() { s.draining.Store(true) }

// errClosed is the error of a server that is closed.
var errClosed = Errorf(Unavailable, "the server is closed")

// Close unloads all models. Requests at work finish. Nothing can be loaded afterwards.
func (s *Server) Close() {
	s.closed.Store(true)
	for _, m := range s.all() {
		m.loading.Lock()
		m.pinned = true
		m.put(nil, errClosed.Error())
		m.loading.Unlock()
	}
}
