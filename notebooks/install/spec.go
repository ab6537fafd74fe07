package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// kernelName is the name under which Jupyter knows the kernel. It stands in the metadata of the
// notebooks.
const kernelName = "gophernotes-ctrzoo"

// spec is the folder that tells Jupyter about the kernel, and holds its binary.
type spec struct {
	folder  string
	binary  string
	fresh   string // where the binary is built; it replaces the old one in one step
	existed bool   // there was a kernel of ours before
}

// newSpec makes the folder below Jupyter's data folder, and makes sure that it can be written to,
// before minutes are spent on a build.
func newSpec(data string) (*spec, error) {
	folder, err := filepath.Abs(filepath.Join(data, "kernels", kernelName))
	if err != nil {
		return nil, err
	}
	s := &spec{folder: folder, binary: filepath.Join(folder, kernelName)}
	if runtime.GOOS == "windows" {
		s.binary += ".exe"
	}
	s.fresh = s.binary + ".new"
	_, err = os.Stat(s.binary)
	s.existed = err == nil
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, folderError(folder, err)
	}
	if err := os.WriteFile(s.fresh, nil, 0o755); err != nil {
		return nil, folderError(folder, err)
	}
	return s, nil
}

func folderError(folder string, err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("no permission to write the kernel to %s: make that folder yours, or choose another place with -prefix", folder)
	}
	return fmt.Errorf("cannot write the kernel to %s: %w; choose another place with -prefix", folder, err)
}

// register puts the new binary in the place of the old one, which may be running, and writes
// what Jupyter reads.
func (s *spec) register() error {
	if err := os.Rename(s.fresh, s.binary); err != nil {
		return fmt.Errorf("cannot replace the kernel, close the notebooks that use it: %w", err)
	}
	return writeJSON(filepath.Join(s.folder, "kernel.json"), map[string]any{
		"argv":         []string{s.binary, "{connection_file}"},
		"display_name": "Go (ctrzoo)",
		"language":     "go",
		// gophernotes cannot interrupt a cell, and a signal, the other mode, would end it.
		"interrupt_mode": "message",
	})
}

// discard removes a binary that was not registered, and the folder if there is nothing in it.
func (s *spec) discard() {
	os.Remove(s.fresh)
	os.Remove(s.folder)
}

func writeJSON(path string, v any) error {
	text, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}
