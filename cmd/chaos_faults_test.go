//go:build linux || darwin

package cmd

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/ctrzoo/ctrzoo/datasets/prepared"
	"github.com/ctrzoo/ctrzoo/zoo/predict"
	"github.com/stretchr/testify/require"
)

// kill ends the chore at some time.
func (c *chaos) kill(one *chore, place string) string {
	command := exec.Command(c.zoo, one.args(place)...)
	require.NoError(c, command.Start())
	time.Sleep(time.Duration(c.random.Int64N(int64(one.took))))
	_ = command.Process.Kill()
	_ = command.Wait()
	return "killed"
}

// fill lets files grow to a size only.
func (c *chaos) fill(one *chore, place string) string {
	limited(c.T, c.random.Int64N(1<<uint(6+c.random.IntN(12))), one.args(place)...)
	return "disk full"
}

// twice does the chore in two processes at a time. Each comes to its end, or says why not.
func (c *chaos) twice(one *chore, place string) string {
	first, second := exec.Command(c.zoo, one.args(place)...), exec.Command(c.zoo, one.args(place)...)
	require.NoError(c, first.Start())
	_ = second.Run()
	_ = first.Wait()
	return "two writers"
}

// slow does the chore on a disk on which every call takes a while, if there is a program that makes one, and perhaps kills it.
func (c *chaos) slow(one *chore, place string) string {
	strace, err := exec.LookPath("strace")
	if err != nil {
		return c.stop(one, place)
	}
	args := []string{"-f", "-qq", "-o", "/dev/null", "-e", "trace=write,fsync,fdatasync,renameat"}
	for call, most := range map[string]int{"write": 300, "fsync": 20000, "fdatasync": 20000, "renameat": 20000} {
		args = append(args, "-e", fmt.Sprintf("inject=%s:delay_enter=%d", call, 1+c.random.IntN(most)))
	}
	command := exec.Command(strace, append(append(args, c.zoo), one.args(place)...)...)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	require.NoError(c, command.Start())
	if c.random.IntN(2) == 0 {
		killed := time.AfterFunc(time.Duration(c.random.Int64N(4*int64(one.took))), func() { _ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) })
		defer killed.Stop()
	}
	_ = command.Wait()
	return "slow disk"
}

// stop lets the chore rest some times, as a machine does that has other things to do, and kills it while it rests.
func (c *chaos) stop(one *chore, place string) string {
	command := exec.Command(c.zoo, one.args(place)...)
	require.NoError(c, command.Start())
	for range 3 {
		time.Sleep(time.Duration(c.random.Int64N(int64(one.took) / 2)))
		_ = command.Process.Signal(syscall.SIGSTOP) // it may have ended
		time.Sleep(10 * time.Millisecond)
		_ = command.Process.Signal(syscall.SIGCONT)
	}
	_ = command.Process.Signal(syscall.SIGSTOP)
	_ = command.Process.Kill()
	_ = command.Wait()
	return "stopped"
}

// buildOfAnotherTime builds the command with a clock of 2009 that jumps: it goes on only while all goroutines wait. There is no
// other way to shift the clock of one Go program, which asks the kernel without libc.
func (c *chaos) buildOfAnotherTime() {
	c.then = filepath.Join(c.TempDir(), "then")
	out, err := exec.Command("go", "build", "-buildvcs=false", "-tags", "faketime", "-o", c.then, "./zoo").CombinedOutput()
	require.NoError(c, err, string(out))
}

// shift does the chore at another time, if there is a program for it, and then gives all files times of the past or the future.
func (c *chaos) shift(one *chore, place string) string {
	if c.then != "" {
		ctx, cancel := context.WithTimeout(c.Context(), time.Minute)
		defer cancel()
		_ = exec.CommandContext(ctx, c.then, one.args(place)...).Run()
	} else {
		c.kill(one, place)
	}
	_ = filepath.WalkDir(place, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err // there is no place yet
		}
		at := time.Now().AddDate(0, 0, c.random.IntN(20000)-10000)
		return os.Chtimes(path, at, at)
	})
	return "another clock"
}

// cut cuts a file of what was left: whoever reads it notices.
func (c *chaos) cut(one *chore, place string) {
	var open func(string) error
	var paths []string
	switch one.name {
	case "prepare":
		paths, _ = filepath.Glob(filepath.Join(place, "*.parquet"))
		open = func(place string) error {
			_, err := prepared.Open(c.Context(), place, prepared.Options{})
			return err
		}
	case "train":
		paths, _ = filepath.Glob(filepath.Join(place, "epoch-0003-*", "*"))
		open = func(place string) error {
			saved, err := predict.Load(place)
			if err == nil {
				saved.Free()
			}
			return err
		}
	default:
		return
	}
	require.NoError(c, open(place))
	path := paths[c.random.IntN(len(paths))]
	info, err := os.Stat(path)
	require.NoError(c, err)
	require.NoError(c, os.Truncate(path, c.random.Int64N(info.Size())))
	require.Error(c, open(place), path)
	c.faults["cut "+strconv.Quote(filepath.Ext(path))]++
}
