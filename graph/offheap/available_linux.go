package offheap

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// available returns how many bytes the process could use: without swapping, and within the limits of its control groups.
func available() (uint64, bool) {
	free, known := ofSystem("/proc/meminfo")
	for _, limit := range limitsOf("/proc/self/cgroup", "/sys/fs/cgroup") {
		if left, is := limit.left(); is && (!known || left < free) {
			free, known = left, true
		}
	}
	return free, known
}

// ofSystem returns how many bytes the system could use without swapping.
func ofSystem(path string) (uint64, bool) {
	info, err := os.ReadFile(path)
	if err != nil {
		return 0, false
	}
	kib, known := numberAfter(info, "MemAvailable:")
	return kib << 10, known
}

// numberAfter returns the number that stands behind a word in a text.
func numberAfter(text []byte, word string) (uint64, bool) {
	_, rest, found := bytes.Cut(text, []byte(word))
	fields := bytes.Fields(rest[:min(len(rest), 64)])
	if !found || len(fields) == 0 {
		return 0, false
	}
	n, err := strconv.ParseUint(string(fields[0]), 10, 64)
	return n, err == nil
}

// limit is the memory of a control group: the folder of the group, and its files for the limit and the use. Pages of
// files that were not used lately are given up before the limit is met, and do not count.
type limit struct{ dir, most, used, idle string }

// limitsOf lists the memory limits of the groups that a process is in, and of all groups around them, of both versions
// of control groups.
func limitsOf(membership, root string) (list []limit) {
	text, err := os.ReadFile(membership)
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(text)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) < 3 {
			continue
		}
		second := limit{root, "memory.max", "memory.current", "inactive_file"}
		if parts[1] != "" {
			second = limit{filepath.Join(root, "memory"), "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"}
		}
		if parts[1] != "" && !strings.Contains(","+parts[1]+",", ",memory,") {
			continue
		}
		for group := filepath.Clean("/" + parts[2]); ; group = filepath.Dir(group) {
			one := second
			one.dir = filepath.Join(second.dir, group)
			list = append(list, one)
			if group == "/" {
				break
			}
		}
	}
	return list
}

// left returns how many bytes the group may still use; false if it has no limit.
func (l limit) left() (uint64, bool) {
	most, limited := l.read(l.most)
	used, known := l.read(l.used)
	if !limited || !known {
		return 0, false
	}
	stat, _ := os.ReadFile(filepath.Join(l.dir, "memory.stat"))
	idle, _ := numberAfter(stat, "\n"+l.idle)
	used -= min(used, idle)
	return most - min(most, used), true
}

// read returns the number in a file of the group. "max" is none.
func (l limit) read(name string) (uint64, bool) {
	text, err := os.ReadFile(filepath.Join(l.dir, name))
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	return n, err == nil
}
