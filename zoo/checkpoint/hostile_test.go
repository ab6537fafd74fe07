//go:build unix

package checkpoint

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/safefile"
	"github.com/ctrzoo/ctrzoo/zoo/metrics"
	"github.com/stretchr/testify/require"
)

const (
	first  = "epoch-0002-batch-00000000"
	second = "epoch-0003-batch-00000000"
)

// write adds a checkpoint with a manifest and weights.
func write(t *testing.T, d *Directory, name string, change func(*Manifest)) {
	t.Helper()
	s := &Snapshot{Weights: &Tensors{}}
	Add(s.Weights, "w", []float32{1, 2}, 1, 2)
	require.NoError(t, d.Add(name, func(dir string) error {
		if err := s.Write(dir); err != nil || change == nil {
			return err
		}
		change(&s.Manifest)
		return writeSealed(filepath.Join(dir, manifestFile), s.Manifest)
	}))
}

// Resuming removes what a killed run of ours has left, and nothing else; whatever the path is called.
func TestOnlyWhatIsOursIsRemoved(t *testing.T) {
	for _, name := range []string{"run", "run[1]", "a*b", "?", `back\slash`, "new\nline", "{x}"} {
		dir := filepath.Join(t.TempDir(), name)
		d, err := Create(dir, nil)
		require.NoError(t, err)
		write(t, d, first, nil)
		require.NoError(t, d.Close())
		ours := []string{second + ".tmp", "settings.json.tmp", "schema.yaml.tmp", "vocabulary.safetensors.tmp"}
		theirs := []string{"notes.tmp", "epoch-1-batch-1.tmp", ".tmp", "lock.tmp", "days.jsonl.tmp.tmp", second + ".tmp.bak", "my " + second + ".tmp"}
		for _, name := range slices.Concat(ours, theirs) {
			if strings.HasPrefix(name, "epoch") {
				require.NoError(t, os.Mkdir(filepath.Join(dir, name), 0o700))
				continue
			}
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
		}
		d, err = Open(dir)
		require.NoError(t, err, name)
		for _, name := range ours {
			require.False(t, exists(filepath.Join(dir, name)), name)
		}
		for _, name := range theirs {
			require.True(t, exists(filepath.Join(dir, name)), name)
		}
		found, _, err := Find(dir)
		require.NoError(t, err)
		require.Equal(t, filepath.Join(dir, first), found)
		require.NoError(t, d.Close())
	}
}

// A manifest may say anything; what is opened is one of a few regular files.
func TestAManifestNamesNoFileThatIsNotOfACheckpoint(t *testing.T) {
	for _, name := range []string{"/dev/zero", "../../etc/passwd", "../settings.json", "pipe", "", ".", "..", "weights.safetensors/", "./weights.safetensors", "Weights.safetensors"} {
		d, err := Create(filepath.Join(t.TempDir(), "run"), nil)
		require.NoError(t, err)
		write(t, d, first, func(m *Manifest) { m.Parts[name] = Part{Bytes: 1 << 40} })
		dir, m, err := Find(d.Path())
		require.NoError(t, err)
		require.ErrorIs(t, m.Check(dir), ErrDamaged, name)
	}
	d, err := Create(filepath.Join(t.TempDir(), "run"), nil)
	require.NoError(t, err)
	write(t, d, first, func(m *Manifest) { delete(m.Parts, weightsFile) })
	dir, m, err := Find(d.Path())
	require.NoError(t, err)
	require.ErrorIs(t, m.Check(dir), ErrDamaged)

	write(t, d, second, func(m *Manifest) { m.Best = "../" + first })
	_, _, err = Find(d.Path())
	require.ErrorIs(t, err, ErrDamaged)
}

// Every file of a run may be a pipe or a device: nobody waits for it, or reads it without an end.
func TestFilesOfARunAreRegular(t *testing.T) {
	for _, replace := range []func(path string) error{
		func(path string) error { return syscall.Mkfifo(path, 0o600) },
		func(path string) error { return os.Symlink("/dev/zero", path) },
		func(path string) error { return os.Mkdir(path, 0o700) },
	} {
		for _, name := range []string{settingsFile, lockFile, first + "/" + manifestFile, first + "/" + weightsFile} {
			d, err := Create(filepath.Join(t.TempDir(), "run"), nil)
			require.NoError(t, err)
			write(t, d, first, nil)
			require.NoError(t, d.Close())
			path := filepath.Join(d.Path(), name)
			require.NoError(t, os.RemoveAll(path))
			require.NoError(t, replace(path))

			_, err = Open(d.Path())
			if err == nil {
				var m *Manifest
				var dir string
				if dir, m, err = Find(d.Path()); err == nil {
					err = m.Check(dir)
				}
			}
			require.ErrorIs(t, err, safefile.ErrNotRegular, name)
		}
	}
}

func TestAFileOfAnotherSizeIsNotRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sparse")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	require.NoError(t, os.Truncate(path, 1<<40)) // hashing it would take days
	require.ErrorIs(t, Part{Bytes: 1}.check(path), ErrDamaged)
}

func TestACheckpointMayBeALink(t *testing.T) {
	other := filepath.Join(t.TempDir(), "elsewhere")
	d, err := Create(filepath.Join(t.TempDir(), "run"), nil)
	require.NoError(t, err)
	write(t, d, first, nil)
	write(t, d, second, nil)
	link := filepath.Join(d.Path(), second)
	require.NoError(t, os.Rename(link, other))
	require.NoError(t, os.Symlink(other, link))
	dir, m, err := Find(d.Path())
	require.NoError(t, err)
	require.Equal(t, link, dir)
	require.NoError(t, m.Check(dir))

	require.NoError(t, d.Remove(second))
	require.True(t, exists(filepath.Join(other, manifestFile)), "the link goes, and not what it leads to")

	for name, make := range map[string]func() error{
		"a link to nowhere": func() error { return os.Symlink("nowhere", link) },
		"a file":            func() error { return os.WriteFile(link, nil, 0o600) },
		"a link to a file":  func() error { return os.Symlink(filepath.Join(other, manifestFile), link) },
		"a pipe":            func() error { return syscall.Mkfifo(link, 0o600) },
	} {
		require.NoError(t, make())
		_, _, err = Find(d.Path())
		require.ErrorIs(t, err, ErrDamaged, "%s: an older one must not take its place", name)
		require.NoError(t, os.Remove(link))
	}
}

// While somebody reads, a run goes on and removes its older checkpoints.
func TestACheckpointThatGoesIsFoundAgain(t *testing.T) {
	d, err := Create(filepath.Join(t.TempDir(), "run"), nil)
	require.NoError(t, err)
	write(t, d, first, nil)
	var read []string
	require.NoError(t, FindAnd(d.Path(), func(dir string, m *Manifest) error {
		if read = append(read, filepath.Base(dir)); len(read) == 1 {
			write(t, d, second, nil)
			require.NoError(t, d.Remove(first))
		}
		return m.Check(dir)
	}))
	require.Equal(t, []string{first, second}, read)

	read = nil
	err = FindAnd(filepath.Join(d.Path(), second), func(dir string, m *Manifest) error {
		read = append(read, dir)
		require.NoError(t, os.RemoveAll(dir))
		return m.Check(dir)
	})
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.Len(t, read, 1, "one that was named is no other")
}

func TestARemovedLockLetsNoSecondRunWrite(t *testing.T) {
	d, err := Create(filepath.Join(t.TempDir(), "run"), nil)
	require.NoError(t, err)
	defer d.Close()
	require.NoError(t, d.KeepSettings())
	require.NoError(t, os.Remove(d.file(lockFile)))
	write(t, d, first, nil) // nobody else came
	_, err = Open(d.Path())
	require.ErrorIs(t, err, ErrInUse)
	require.NoError(t, os.Remove(d.file(lockFile)))
	other, err := Open(d.Path())
	require.NoError(t, err)
	require.ErrorIs(t, d.Remove(first), ErrInUse)
	require.ErrorIs(t, d.KeepSettings(), ErrInUse)
	require.NoError(t, other.Remove(first))
	require.NoError(t, other.Close())
}

func TestWritingNeedsTheLock(t *testing.T) {
	d, err := Create(filepath.Join(t.TempDir(), "run"), nil)
	require.NoError(t, err)
	require.True(t, safefile.IsOwned(d.Path()))
	write(t, d, first, nil)
	require.True(t, safefile.IsOwned(filepath.Join(d.Path(), first)))
	require.NoError(t, d.Close())
	require.NoError(t, d.Close())
	for _, closed := range []*Directory{d, {}, nil} {
		require.ErrorIs(t, closed.Add(second, func(string) error { return nil }), ErrClosed)
		require.ErrorIs(t, closed.Remove(first), ErrClosed)
		require.ErrorIs(t, closed.KeepSettings(), ErrClosed)
		require.ErrorIs(t, closed.KeepBest(&metrics.Epoch{}), ErrClosed)
		_, err := closed.WriteEncoding(nil)
		require.ErrorIs(t, err, ErrClosed)
		require.NoError(t, closed.Close())
	}
	d, err = Open(d.Path())
	require.NoError(t, err)
	defer d.Close()
	require.Error(t, d.Add("../elsewhere", func(string) error { return nil }))
	_, err = Create(filepath.Join(d.Path(), first), nil)
	require.ErrorIs(t, err, ErrInside)
	_, err = Create(filepath.Join(d.Path(), first, "run"), nil)
	require.ErrorIs(t, err, ErrInside)
}
