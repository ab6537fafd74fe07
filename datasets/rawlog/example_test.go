package rawlog_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
)

// The name of the file says that it is lines of JSON. The tags become a list with commas.
func ExampleOpen() {
	dir, err := os.MkdirTemp("", "ctrzoo-example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "log.jsonl")
	text := `{"click": 1, "user": {"id": 9007199254740993}, "tags": ["a", "b"]}` + "\n" + `{"click": 0, "tags": []}`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	log, err := rawlog.Open(rawlog.Format{}, []string{path})
	if err != nil {
		fmt.Println(err)
		return
	}
	columns := []rawlog.Column{{Name: "click"}, {Name: "user.id"}, {Name: "tags", Separator: ","}}
	for record, err := range log(context.Background(), columns, nil) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("line %d: %q\n", record.Line, record.Values)
	}
	// Output:
	// line 1: ["1" "9007199254740993" "a,b"]
	// line 2: ["0" "" ""]
}
