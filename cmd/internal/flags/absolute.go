package flags

import (
	"os"
	"path/filepath"

	"github.com/ctrzoo/ctrzoo/datasets/prepared"
	"github.com/spf13/pflag"
)

// ofFiles lists the flags that name files.
var ofFiles = []string{"schema", "train", "valid", "test", "embeddings", "from"}

// absolute makes a path absolute, also a pattern, so that it means the same file in any folder. Standard input stays what it is,
// and so does a path that is empty or has no absolute form.
func absolute(path string) string {
	if path == "" || path == "-" {
		return path
	}
	whole, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	return whole
}

// absoluteData is absolute for the value of --data, which may be the name of a data set: those that are read need files, and
// those that are drawn have no folder.
func absoluteData(f *pflag.FlagSet, data string) string {
	if !prepared.Exists(data) || f.Changed("train") || f.Changed("in") {
		return data
	}
	return absolute(data)
}

// withCopy returns the settings of a run with its own copy of the schema, if the file that it was started with is gone.
func withCopy(settings map[string]string, run string) map[string]string {
	isThere := func(path string) bool { _, err := os.Stat(path); return err == nil }
	if path := settings["schema"]; path == "" || isThere(path) {
		return settings
	}
	for _, dir := range []string{run, filepath.Dir(run)} { // of a run, or of one of its checkpoints
		if copied := filepath.Join(dir, "schema.yaml"); isThere(copied) {
			settings["schema"] = copied
			break
		}
	}
	return settings
}
