package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

var errNoJupyter = errors.New("cannot find Jupyter: install it (pip install notebook, or apt-get install jupyter-notebook), " +
	"make sure that the command jupyter is in PATH, and run this again")

// dataFolder is where Jupyter looks for kernels: for the user, or below a prefix.
func dataFolder(prefix string) (string, error) {
	if _, err := exec.LookPath("jupyter"); err != nil {
		return "", errNoJupyter
	}
	if prefix != "" {
		return filepath.Join(prefix, "share", "jupyter"), nil
	}
	out, err := jupyter("--data-dir")
	return strings.TrimSpace(string(out)), err
}

// checkVisible makes sure that Jupyter will start the kernel in folder, and not an older one of
// the same name somewhere else.
func checkVisible(folder string) error {
	out, err := jupyter("--paths", "--json")
	if err != nil {
		return err
	}
	var paths struct{ Data []string } // the first that has the kernel counts
	if err := json.Unmarshal(out, &paths); err != nil {
		return fmt.Errorf("cannot read what jupyter --paths prints: %w", err)
	}
	for _, data := range paths.Data {
		found := filepath.Join(data, "kernels", kernelName)
		if _, err := os.Stat(found); err != nil {
			continue
		}
		if !sameFolder(found, folder) {
			return fmt.Errorf("there is an older kernel of the same name, in %s, which Jupyter will start instead: remove that folder and run this again", found)
		}
		return nil
	}
	return fmt.Errorf("the kernel is where Jupyter does not look: set the environment variable JUPYTER_PATH to %s", filepath.Dir(filepath.Dir(folder)))
}

func sameFolder(a, b string) bool {
	a, errA := filepath.EvalSymlinks(a)
	b, errB := filepath.EvalSymlinks(b)
	return errA == nil && errB == nil && a == b
}

// jupyter runs the command jupyter and returns what it prints.
func jupyter(args ...string) ([]byte, error) {
	out, err := exec.Command("jupyter", args...).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = fmt.Errorf("%w: %s", err, strings.TrimSpace(string(exit.Stderr)))
	}
	if err != nil {
		err = fmt.Errorf("jupyter %s: %w", strings.Join(args, " "), err)
	}
	return out, err
}
