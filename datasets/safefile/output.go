package safefile

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Output is a file to write, which gets its name once it is whole; or a pipe or a device, which is written to directly.
type Output struct {
	io.Writer
	buffer *bufio.Writer
	file   *os.File
	target string // the name that the file gets; "" if it is written directly
	mode   fs.FileMode
	ended  bool
}

// Create begins an output. Through links it goes to what they lead to. A regular file that is there stays until Commit
// puts the new one in its place, with the same permissions; a new one has those that the umask leaves. A pipe or a
// device of characters is written to as it is. A folder, a block device and a socket are errors; so is one of the inputs,
// an ErrIsInput, and a place inside a folder that belongs to a run, an ErrInside.
func Create(ctx context.Context, path string, inputs ...string) (*Output, error) {
	if strings.HasSuffix(path, string(filepath.Separator)) {
		return nil, fmt.Errorf("%s: it names a folder", path)
	}
	target, err := followLinks(path)
	if err != nil {
		return nil, err
	}
	if n, is := descriptor(target); is {
		return newOutput(&WaitingWriter{Context: ctx, File: openDescriptor(n)}, nil), nil
	}
	info, err := os.Stat(target)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return createFile(target, nil)
	case err != nil:
		return nil, err
	case info.Mode()&(fs.ModeNamedPipe|fs.ModeCharDevice) != 0:
		f, err := waitToOpen(ctx, target, os.O_WRONLY)
		if err != nil {
			return nil, err
		}
		return newOutput(&WaitingWriter{Context: ctx, File: f}, f), nil
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: %w, nor a pipe: %s", path, ErrNotRegular, info.Mode().Type())
	}
	if err := checkInputs(target, inputs); err != nil {
		return nil, err
	}
	return createFile(target, info)
}

// followLinks returns what a path leads to, which need not be there.
func followLinks(path string) (string, error) {
	const most = 40 // as the kernel
	for range most {
		dir, err := filepath.EvalSymlinks(filepath.Dir(path))
		if err != nil {
			return "", err
		}
		path = filepath.Join(dir, filepath.Base(path))
		link, err := os.Readlink(path)
		if _, is := descriptor(path); is || err != nil {
			return path, nil // no link, or not there
		}
		if !filepath.IsAbs(link) {
			link = filepath.Join(dir, link)
		}
		path = link
	}
	return "", fmt.Errorf("%s: too many links", path)
}

// descriptor returns the number of the open file that a path such as /dev/fd/1 means. It must not be opened anew: writing
// would begin at its first byte.
func descriptor(path string) (n int, is bool) {
	dir, name := filepath.Split(path)
	if dir != "/dev/fd/" && dir != fmt.Sprintf("/proc/%d/fd/", os.Getpid()) {
		return 0, false
	}
	n, err := strconv.Atoi(name)
	return n, err == nil && n >= 0
}

func openDescriptor(n int) *os.File {
	switch n {
	case 1:
		return os.Stdout // which stays open; a file of one's own is closed once nobody has it
	case 2:
		return os.Stderr
	}
	return os.NewFile(uintptr(n), strconv.Itoa(n))
}

func newOutput(w io.Writer, f *os.File) *Output {
	o := &Output{buffer: bufio.NewWriterSize(w, 1<<20), file: f}
	o.Writer = o.buffer
	return o
}

// createFile begins a file that will be called target. old is what has this name now, or nil.
func createFile(target string, old fs.FileInfo) (*Output, error) {
	if err := checkPlace(target); err != nil {
		return nil, err
	}
	mode := fs.FileMode(0)
	if old != nil {
		mode = old.Mode().Perm()
		f, err := os.OpenFile(target, os.O_WRONLY, 0) // what is not to be written is not to be replaced
		if err != nil {
			return nil, err
		}
		f.Close()
	}
	f, err := createTemporary(target)
	if err != nil {
		return nil, err
	}
	o := newOutput(f, f)
	o.target, o.mode = target, mode
	return o, nil
}

// Commit writes what is left, and gives a file its name. If it fails, nothing is left of the file.
func (o *Output) Commit() error {
	defer o.Close()
	if o.ended {
		return fs.ErrClosed
	}
	if err := o.buffer.Flush(); err != nil || o.target == "" {
		return err
	}
	if o.mode != 0 {
		if err := o.file.Chmod(o.mode); err != nil {
			return err
		}
	}
	if err := errors.Join(o.file.Sync(), o.file.Close()); err != nil {
		return err
	}
	if err := os.Rename(o.file.Name(), o.target); err != nil {
		return err
	}
	return SyncFolder(filepath.Dir(o.target))
}

// Close ends the output. Unless it is committed, nothing is left of a file.
func (o *Output) Close() {
	if o.ended {
		return
	}
	o.ended = true
	if o.file != nil {
		o.file.Close() // closed already by Commit
	}
	if o.target != "" {
		os.Remove(o.file.Name()) // gone already if Commit has renamed it
	}
}
