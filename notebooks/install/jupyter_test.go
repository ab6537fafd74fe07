package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// fakeJupyter puts a command jupyter in PATH that knows the given data folders.
func fakeJupyter(t *testing.T, first, second string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in for jupyter is a shell script")
	}
	bin := t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\nif [ \"$1\" = --data-dir ]; then echo '%s'; else echo '{\"data\": [\"%s\", \"%s\"]}'; fi\n", first, first, second)
	require.NoError(t, os.WriteFile(filepath.Join(bin, "jupyter"), []byte(script), 0o755))
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
}

func TestNoJupyter(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	require.ErrorIs(t, install(""), errNoJupyter)
}

func TestDataFolder(t *testing.T) {
	fakeJupyter(t, "/first", "/second")
	folder, err := dataFolder("")
	require.NoError(t, err)
	require.Equal(t, "/first", folder)
	folder, err = dataFolder("/usr/local")
	require.NoError(t, err)
	require.Equal(t, filepath.Join("/usr/local", "share", "jupyter"), folder)
}

func TestRegister(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	fakeJupyter(t, first, second)

	s, err := newSpec(second)
	require.NoError(t, err)
	require.False(t, s.existed)
	require.NoError(t, s.register())
	s.discard()
	require.FileExists(t, filepath.Join(s.folder, "kernel.json"))
	require.NoError(t, checkVisible(s.folder))

	again, err := newSpec(second)
	require.NoError(t, err)
	require.True(t, again.existed)
	again.discard()
	require.FileExists(t, again.binary, "the old kernel stays when the new one does not build")

	older := filepath.Join(first, "kernels", kernelName)
	require.NoError(t, os.MkdirAll(older, 0o755))
	require.ErrorContains(t, checkVisible(s.folder), "older kernel of the same name, in "+older)
}

func TestNotVisible(t *testing.T) {
	fakeJupyter(t, t.TempDir(), t.TempDir())
	s, err := newSpec(t.TempDir())
	require.NoError(t, err)
	require.NoError(t, s.register())
	require.ErrorContains(t, checkVisible(s.folder), "JUPYTER_PATH")
}

func TestNotWritable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := newSpec(file)
	require.ErrorContains(t, err, "choose another place with -prefix")

	if os.Getuid() == 0 {
		t.Skip("nothing is forbidden to root")
	}
	closed := t.TempDir()
	require.NoError(t, os.Chmod(closed, 0o500))
	_, err = newSpec(closed)
	require.ErrorContains(t, err, "no permission")
}
