package serve

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/ctrzoo/ctrzoo/zoo/checkpoint"
)

// model is a model by its name. Its current version changes; requests that hold an earlier one finish with it.
type model struct {
	name, path string
	recent     recent

	lock    sync.RWMutex
	current *version // nil: not loaded
	reason  string   // why a version was refused, or why none is loaded

	loading sync.Mutex // one load at a time
	pinned  bool       // to a version that was asked for by name; guarded by loading
	refused string     // the checkpoint that could not be loaded; guarded by loading
}

// acquire holds the current version, which must have the given name, unless that is "".
func (m *model) acquire(name string) (*version, error) {
	m.lock.RLock()
	defer m.lock.RUnlock()
	switch {
	case m.current == nil:
		return nil, Errorf(Unavailable, "model %q is not loaded: %s", m.name, m.reason)
	case name != "" && name != m.current.name:
		return nil, Errorf(NotFound, "model %q has no version %q, but %q", m.name, name, m.current.name)
	}
	m.current.hold()
	return m.current, nil
}

// put makes a version the current one; nil makes the model unloaded.
func (m *model) put(v *version, reason string) {
	m.lock.Lock()
	old := m.current
	m.current, m.reason = v, reason
	m.lock.Unlock()
	if old != nil {
		old.retire()
		old.release()
	}
}

// fail keeps why a version was refused.
func (m *model) fail(err error) {
	m.lock.Lock()
	defer m.lock.Unlock()
	m.reason = err.Error()
}

// newest returns the directory of the checkpoint that is to be served: what the link current leads to, if there is one.
func (m *model) newest() (string, error) {
	dir, _, err := checkpoint.Find(m.path)
	return dir, err
}

// versions returns the folder whose folders are the versions: that of what the link current leads to, which in the folder of a
// stream is a day, or else the directory of the run.
func (m *model) versions() string {
	if run := checkpoint.Resolve(m.path); run != m.path {
		return filepath.Dir(run)
	}
	return m.path
}

// version returns the name of the version in the directory of a checkpoint: that of the day or of the checkpoint.
func (m *model) version(dir string) string {
	inside, err := filepath.Rel(m.versions(), dir)
	if err != nil || inside == "." || !filepath.IsLocal(inside) {
		return filepath.Base(dir)
	}
	name, _, _ := strings.Cut(inside, string(filepath.Separator))
	return name
}

// named returns the directory of a checkpoint by the name of its version.
func (m *model) named(version string) (string, error) {
	if version != filepath.Base(version) || version == "." || version == ".." {
		return "", Errorf(BadInput, "%q is no name of a version", version)
	}
	path := filepath.Join(m.versions(), version)
	if filepath.Base(m.path) == version {
		path = m.path
	}
	if _, err := os.Stat(path); err != nil {
		return "", Errorf(NotFound, "model %q has no version %q", m.name, version)
	}
	dir, _, err := checkpoint.Find(path)
	return dir, err
}

// Status is what a model is at a time.
type Status struct {
	Name    string
	Version string    // the name of the checkpoint, or of the day of a stream; "" if none is loaded
	Path    string    // of the checkpoint
	Solver  string    // that trained it
	Loaded  time.Time // when the version was loaded
	// Unchecked reports that the bytes of the version are still being checked, see VerifyBackground.
	Unchecked bool
	Reason    string // why the latest load failed, or why no version is loaded; "" if all is well
}

// Ready reports whether the model answers requests.
func (s Status) Ready() bool { return s.Version != "" }

func (m *model) status() Status {
	m.lock.RLock()
	defer m.lock.RUnlock()
	s := Status{Name: m.name}
	if m.current != nil {
		s = m.current.status(m.name)
	}
	s.Reason = m.reason
	return s
}

func (m *model) wrap(err error) error { return fmt.Errorf("model %q: %w", m.name, err) }

// Versions returns the names of the versions of a model that can be loaded now: of its checkpoints, or of the days of a
// stream, in the order of their names.
func (s *Server) Versions(name string) ([]string, error) {
	m, err := s.find(name)
	if err != nil {
		return nil, err
	}
	if _, file := filepath.Split(m.path); m.isVersion(file) {
		return []string{file}, nil
	}
	entries, err := os.ReadDir(m.versions())
	list := []string{}
	for _, entry := range entries {
		if m.isVersion(entry.Name()) {
			list = append(list, entry.Name())
		}
	}
	return list, err
}

// isVersion reports whether a version of a model could be loaded by a name.
func (m *model) isVersion(name string) bool {
	dir, err := m.named(name)
	return err == nil && m.version(dir) == name
}
