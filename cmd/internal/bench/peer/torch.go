package peer

import (
	"cmp"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

//go:embed testdata/*
var scripts embed.FS

// kernels are those that OpenBLAS multiplies matrices with, by the name that it has for them.
type kernels string

const (
	kernelsAVX2   kernels = "Haswell"
	kernelsAVX512 kernels = "SkylakeX"
)

// keepMemory makes the allocator of glibc keep the memory that PyTorch frees. Where fresh pages are
// expensive, as on some virtual machines, PyTorch is several times faster with it.
var keepMemory = []string{"MALLOC_MMAP_THRESHOLD_=4000000000", "MALLOC_TRIM_THRESHOLD_=8000000000", "MALLOC_TOP_PAD_=1000000000"}

// scriptFolder returns a new temporary folder that has the scripts.
func scriptFolder() (string, error) {
	dir, err := os.MkdirTemp("", "zoo-bench-peer-")
	if err != nil {
		return "", err
	}
	if err := os.CopyFS(dir, scripts); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	return dir, nil
}

// torch runs a Python that has PyTorch, with some kernels of OpenBLAS, and returns the JSON values that it prints.
func torch[T any](cmd *cobra.Command, python string, with kernels, args ...string) ([]T, error) {
	c := exec.CommandContext(cmd.Context(), python, args...)
	ofOpenBLAS := func(variable string) bool { return strings.HasPrefix(variable, "OPENBLAS_") }
	c.Env = append(slices.DeleteFunc(os.Environ(), ofOpenBLAS), keepMemory...)
	c.Env = append(c.Env, fmt.Sprintf("OMP_NUM_THREADS=%d", runtime.GOMAXPROCS(0)), "OPENBLAS_CORETYPE="+string(with))
	list, err := printed[T](cmd, c)
	if err != nil && cmd.Context().Err() == nil {
		return nil, fmt.Errorf("%s with PyTorch: %w; --python names another one", python, err)
	}
	return list, err
}

// printed runs a program and returns the JSON values that it prints.
func printed[T any](cmd *cobra.Command, c *exec.Cmd) (list []T, err error) {
	c.Stderr = cmd.ErrOrStderr()
	text, err := c.Output()
	if err != nil {
		return nil, cmp.Or(cmd.Context().Err(), err)
	}
	for decoder := json.NewDecoder(strings.NewReader(string(text))); ; {
		var value T
		switch err := decoder.Decode(&value); {
		case errors.Is(err, io.EOF):
			return list, nil
		case err != nil:
			return nil, fmt.Errorf("it prints %.100q: %w", text, err)
		}
		list = append(list, value)
	}
}

// only returns the value of a program that prints one.
func only[T any](list []T, err error) (value T, _ error) {
	if err == nil && len(list) != 1 {
		err = fmt.Errorf("a program of a comparison prints %d values, not one", len(list))
	}
	if err != nil {
		return value, err
	}
	return list[0], nil
}
