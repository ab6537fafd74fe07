package cmd

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/ctrzoo/ctrzoo/datasets/schema"
	"github.com/stretchr/testify/require"
)

// block is a block of code in a page, after a comment with its name if it is a file.
var block = regexp.MustCompile("(?s)(?:<!-- (\\S+) -->\n\n)?```(csv|yaml)\n(.*?)```")

// Every example in docs/schema.md trains on the log that stands before it, and every key has an example.
func TestEveryKeyOfASchemaHasAnExampleThatTrains(t *testing.T) {
	page := read(t, "../docs/schema.md")
	inFolder(t)
	var examples []string
	log := ""
	for _, b := range block.FindAllStringSubmatch(page, -1) {
		name, language, text := b[1], b[2], b[3]
		if language == "csv" {
			log = name
			writeRepeated(t, name, text)
			continue
		}
		examples = append(examples, text)
		require.NoError(t, os.WriteFile("example.yaml", []byte(text), 0o600))
		code, _, stderr := zooCommand(t, "train", "--schema", "example.yaml", "--train", log, "--epochs", "1", "--hidden-units", "4", "--json")
		require.Zero(t, code, "%s\n%s", text, stderr)
	}
	all := strings.Join(examples, "\n")
	for _, of := range []any{schema.Schema{}, schema.Field{}, schema.Split{}} {
		for _, key := range yamlKeys(reflect.TypeOf(of)) {
			require.Regexp(t, `(?m)(^|[{, -])`+key+`: `, all, "a key without an example")
			require.True(t, strings.Contains(page, "`"+key+"`"), "%s is not explained", key)
		}
	}
}

// writeRepeated writes a log of enough rows to be divided: those of a text, again and again.
func writeRepeated(t *testing.T, name, text string) {
	t.Helper()
	header := ""
	if strings.HasPrefix(text, "click,") {
		header, text, _ = strings.Cut(text, "\n")
		header += "\n"
	}
	require.NoError(t, os.WriteFile(name, []byte(header+strings.Repeat(text, 40)), 0o600))
}

// yamlKeys are the keys of a type, those of an inlined one included.
func yamlKeys(of reflect.Type) (keys []string) {
	for i := range of.NumField() {
		key, options, _ := strings.Cut(of.Field(i).Tag.Get("yaml"), ",")
		switch {
		case options == "inline":
			keys = append(keys, yamlKeys(of.Field(i).Type)...)
		case key != "" && key != "fields" && key != "split":
			keys = append(keys, key)
		}
	}
	return keys
}
