package serve

import (
	"context"
	"fmt"
	"time"
)

// Load loads the newest checkpoint of a model, or the one of the given version: then the model stays with that version until
// Load is called without one. If it cannot be loaded, or has other columns, the model keeps the version that it has. A server that
// is closed loads nothing.
func (s *Server) Load(name, version string) error {
	m, err := s.find(name)
	if err != nil {
		return err
	}
	m.loading.Lock()
	defer m.loading.Unlock()
	if s.closed.Load() {
		return errClosed
	}
	find := m.newest
	if version != "" {
		find = func() (string, error) { return m.named(version) }
	}
	dir, err := find()
	if err == nil {
		err = s.change(m, dir)
	}
	if err != nil {
		m.fail(err)
	} else {
		m.pinned, m.refused = version != "", ""
	}
	s.changed(m, err)
	return err
}

// Unload takes a model out of service. Requests for it fail until Load is called.
func (s *Server) Unload(name string) error {
	m, err := s.find(name)
	if err != nil {
		return err
	}
	m.loading.Lock()
	defer m.loading.Unlock()
	m.put(nil, "unloaded")
	m.pinned = true
	s.changed(m, nil)
	return nil
}

// Watch looks for new checkpoints of all models in turn, until the context ends; every 10 seconds, unless another time above 0 is given. A
// checkpoint that could not be loaded is not tried again.
func (s *Server) Watch(ctx context.Context, every time.Duration) {
	if every <= 0 {
		every = 10 * time.Second
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		for _, m := range s.all() {
			s.poll(m)
		}
	}
}

// poll loads the newest checkpoint of a model if it is not the one that is served.
func (s *Server) poll(m *model) {
	m.loading.Lock()
	defer m.loading.Unlock()
	if m.pinned {
		return
	}
	dir, err := m.newest()
	if err != nil || dir == m.refused || dir == m.status().Path {
		return // a directory without a checkpoint may be one that is being replaced
	}
	if err = s.change(m, dir); err != nil {
		m.refused = dir
		m.fail(err)
	}
	s.changed(m, err)
}

// change loads a checkpoint, warms it up, and makes it the current version.
func (s *Server) change(m *model, dir string) (err error) {
	var v *version
	inBackground(func() { v, err = s.load(m, dir) })
	if err != nil {
		return m.wrap(err)
	}
	unchecked := v.unchecked.Load()
	if unchecked {
		v.hold()
	}
	m.put(v, "")
	if unchecked {
		go s.verify(m, v)
	}
	return nil
}

// load makes a version that is ready for requests.
func (s *Server) load(m *model, dir string) (*version, error) {
	trained, err := s.options.Load(dir)
	if err != nil {
		return nil, err
	}
	v, err := newVersion(trained, m.version(dir))
	if err != nil {
		return nil, err
	}
	if err := s.check(m, v); err != nil {
		v.retire()
		v.release()
		return nil, err
	}
	return v, nil
}

// check finds out whether a version can become that of a model, and warms it up.
func (s *Server) check(m *model, v *version) error {
	old, err := m.acquire("")
	if err == nil {
		defer old.release()
		if !s.options.OtherColumns && !v.hasColumnsOf(old) {
			return fmt.Errorf("%s: %w", v.trained.Path, ErrColumns)
		}
	}
	if old == nil && s.options.Verify == VerifyBackground {
		v.unchecked.Store(true)
	} else if err := v.trained.Verify(v.inUse); err != nil {
		return err
	}
	if err := v.warmUp(&m.recent); err != nil {
		return fmt.Errorf("%s: warm-up: %w", v.trained.Path, err)
	}
	return nil
}

// verify checks the bytes of a version that serves already, until another one takes over. It lets go of the version.
func (s *Server) verify(m *model, v *version) {
	defer v.release()
	var err error
	inBackground(func() { err = v.trained.Verify(v.inUse) })
	m.loading.Lock()
	defer m.loading.Unlock()
	if v.inUse.Err() != nil { // it is not served any more
		return
	}
	v.unchecked.Store(false)
	if err != nil {
		m.refused, err = v.trained.Path, m.wrap(err)
		m.put(nil, err.Error())
	}
	s.changed(m, err)
}

func (s *Server) changed(m *model, err error) {
	status := m.status()
	for _, o := range s.options.Observers {
		o.Changed(status, err)
	}
}
