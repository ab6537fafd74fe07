//go:build unix

package safefile

import (
	"context"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// put writes a text to an output.
func put(t *testing.T, path, text string, inputs ...string) error {
	t.Helper()
	o, err := Create(t.Context(), path, inputs...)
	if err != nil {
		return err
	}
	defer o.Close()
	_, err = io.WriteString(o, text)
	require.NoError(t, err)
	return o.Commit()
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}

func requireOnly(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var list []string
	for _, e := range entries {
		list = append(list, e.Name())
	}
	require.ElementsMatch(t, names, list)
}

func modeOf(t *testing.T, path string) fs.FileMode {
	t.Helper()
	info, err := os.Lstat(path)
	require.NoError(t, err)
	return info.Mode()
}

func TestAnOutputKeepsThePermissionsOfAFileAndTheUmask(t *testing.T) {
	dir := t.TempDir()
	old, fresh := filepath.Join(dir, "old"), filepath.Join(dir, "new")
	require.NoError(t, os.WriteFile(old, []byte("before"), 0o640))
	require.NoError(t, os.Chmod(old, 0o640))
	mask := syscall.Umask(0o027)
	defer syscall.Umask(mask)
	require.NoError(t, put(t, old, "after"))
	require.NoError(t, put(t, fresh, "new"))
	require.Equal(t, "after", read(t, old))
	require.Equal(t, fs.FileMode(0o640), modeOf(t, old))
	require.Equal(t, fs.FileMode(0o640), modeOf(t, fresh))
	requireOnly(t, dir, "old", "new")
}

func TestAnOutputGoesThroughLinks(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	target := filepath.Join(other, "target")
	require.NoError(t, os.WriteFile(target, []byte("before"), 0o600))
	for _, to := range [][2]string{{"link", target}, {"second", "link"}, {"dangling", filepath.Join(other, "fresh")}} {
		name, link := to[0], filepath.Join(dir, to[0])
		require.NoError(t, os.Symlink(to[1], link))
		require.NoError(t, put(t, link, name))
		require.NotZero(t, modeOf(t, link)&fs.ModeSymlink, name)
		require.Equal(t, name, read(t, link))
	}
	requireOnly(t, other, "target", "fresh")
	require.NoError(t, os.Symlink("circle", filepath.Join(dir, "circle")))
	require.ErrorContains(t, put(t, filepath.Join(dir, "circle"), ""), "too many links")
}

func TestWhatIsNoFileIsNotReplaced(t *testing.T) {
	dir := t.TempDir()
	require.ErrorIs(t, put(t, dir, ""), ErrNotRegular)
	require.ErrorContains(t, put(t, dir+"/", ""), "folder")
	require.ErrorContains(t, put(t, filepath.Join(dir, "new")+"/", ""), "folder")
	require.ErrorIs(t, put(t, filepath.Join(dir, "nowhere", "new"), ""), fs.ErrNotExist)
	requireOnly(t, filepath.Dir(dir), filepath.Base(dir))

	before := modeOf(t, "/dev/null")
	require.NoError(t, put(t, "/dev/null", "text"))
	require.Equal(t, before, modeOf(t, "/dev/null"))
	if _, err := os.Stat("/dev/full"); err == nil {
		require.ErrorIs(t, put(t, "/dev/full", "text"), syscall.ENOSPC)
	}
	socket := filepath.Join(dir, "s")
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	require.NoError(t, err)
	defer syscall.Close(fd)
	require.NoError(t, syscall.Bind(fd, &syscall.SockaddrUnix{Name: socket}))
	require.ErrorIs(t, put(t, socket, ""), ErrNotRegular)
	requireOnly(t, dir, "s")
}

func TestAPipeIsWrittenTo(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	got := make(chan string)
	go func() {
		text, _ := os.ReadFile(pipe)
		got <- string(text)
	}()
	require.NoError(t, put(t, pipe, "text"))
	require.Equal(t, "text", <-got)
	require.NotZero(t, modeOf(t, pipe)&fs.ModeNamedPipe)
}

func TestNobodyWaitsForAPipeWhenItsContextHasEnded(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := Create(ctx, pipe)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	_, err = OpenInput(ctx, pipe)
	require.ErrorIs(t, err, context.DeadlineExceeded)

	ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	both, err := os.OpenFile(pipe, os.O_RDWR, 0)
	require.NoError(t, err)
	defer both.Close()
	in, err := OpenInput(ctx, pipe)
	require.NoError(t, err)
	_, err = in.Read(make([]byte, 10))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	out, err := Create(ctx, pipe)
	if err == nil {
		_, err = out.Write(make([]byte, 4<<20)) // more than a pipe holds
	}
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestAnOpenFileIsWrittenWhereItIs(t *testing.T) {
	f, err := os.CreateTemp(t.TempDir(), "")
	require.NoError(t, err)
	defer f.Close()
	_, err = f.WriteString("before ")
	require.NoError(t, err)
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		t.Skip("needs /proc")
	}
	fd, err := syscall.Dup(int(f.Fd()))
	require.NoError(t, err)
	require.NoError(t, put(t, filepath.Join("/proc/self/fd", strconv.Itoa(fd)), "after"))
	require.Equal(t, "before after", read(t, f.Name()))
}

func TestAnInputIsNotWrittenOver(t *testing.T) {
	dir := t.TempDir()
	input := filepath.Join(dir, "in")
	require.NoError(t, os.WriteFile(input, []byte("input"), 0o600))
	require.NoError(t, os.Symlink("in", filepath.Join(dir, "link")))
	require.NoError(t, os.Link(input, filepath.Join(dir, "hard")))
	for _, out := range []string{input, filepath.Join(dir, "link"), filepath.Join(dir, "hard"), dir + "/./in"} {
		require.ErrorIs(t, put(t, out, "", input), ErrIsInput, out)
		require.ErrorIs(t, put(t, out, "", dir), ErrIsInput, out)
	}
	require.Equal(t, "input", read(t, input))
	requireOnly(t, dir, "in", "link", "hard")
}

func TestNothingIsWrittenIntoARun(t *testing.T) {
	for _, names := range owned() {
		dir := t.TempDir()
		below := filepath.Join(dir, "below")
		require.NoError(t, os.Mkdir(below, 0o700))
		for _, name := range names {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("own"), 0o600))
		}
		link := filepath.Join(t.TempDir(), "link")
		require.NoError(t, os.Symlink(below, link))
		for _, out := range []string{filepath.Join(dir, names[0]), filepath.Join(dir, "new"), filepath.Join(below, "new"), filepath.Join(link, "new")} {
			require.ErrorIs(t, put(t, out, "text"), ErrInside, out)
			require.ErrorIs(t, Folder(out, func(string) error { return nil }), ErrInside, out)
			var s Set
			_, err := s.Create(out)
			require.ErrorIs(t, err, ErrInside, out)
		}
		require.Equal(t, "own", read(t, filepath.Join(dir, names[0])))
	}
}

func TestWhatMayNotBeWrittenIsNotReplaced(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may write everything")
	}
	path := filepath.Join(t.TempDir(), "read only")
	require.NoError(t, os.WriteFile(path, []byte("before"), 0o400))
	require.ErrorIs(t, put(t, path, "after"), fs.ErrPermission)
}

func TestNothingIsLeftOfAnOutputThatIsNotCommitted(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out")
	require.NoError(t, os.WriteFile(path, []byte("before"), 0o600))
	o, err := Create(t.Context(), path)
	require.NoError(t, err)
	_, err = io.WriteString(o, "half")
	require.NoError(t, err)
	o.Close()
	o.Close()
	require.ErrorIs(t, o.Commit(), fs.ErrClosed)
	require.Equal(t, "before", read(t, path))
	requireOnly(t, dir, "out")

	require.NoError(t, os.Remove(path))
	o, err = Create(t.Context(), path)
	require.NoError(t, err)
	require.NoError(t, os.Mkdir(path, 0o700)) // somebody was quicker
	require.Error(t, o.Commit())
	requireOnly(t, dir, "out")
}

func TestOnlyRegularFilesAreRead(t *testing.T) {
	dir := t.TempDir()
	pipe, file, link := filepath.Join(dir, "pipe"), filepath.Join(dir, "file"), filepath.Join(dir, "link")
	require.NoError(t, syscall.Mkfifo(pipe, 0o600))
	require.NoError(t, os.WriteFile(file, []byte("1234"), 0o600))
	require.NoError(t, os.Symlink("/dev/zero", link))
	for _, path := range []string{pipe, dir, "/dev/zero", link} {
		_, err := Open(path)
		require.ErrorIs(t, err, ErrNotRegular, path)
		_, err = Read(path, 10)
		require.ErrorIs(t, err, ErrNotRegular, path)
	}
	text, err := Read(file, 4)
	require.NoError(t, err)
	require.Equal(t, "1234", string(text))
	_, err = Read(file, 3)
	require.ErrorIs(t, err, ErrTooLarge)

	text, err = ReadInput(file)
	require.NoError(t, err)
	require.Equal(t, "1234", string(text))
	_, err = ReadInput("/dev/zero")
	require.ErrorIs(t, err, ErrTooLarge)
	go func() { _ = os.WriteFile(pipe, []byte("piped"), 0) }()
	text, err = ReadInput(pipe)
	require.NoError(t, err)
	require.Equal(t, "piped", string(text))
	require.Error(t, CheckNew(Stdin))

	require.NoError(t, CheckOnce([]string{file, file, dir, dir, pipe, Stdin}))
	require.ErrorContains(t, CheckOnce([]string{pipe, file, pipe}), "given twice")
	require.ErrorContains(t, CheckOnce([]string{Stdin, Stdin}), "given twice")
}
