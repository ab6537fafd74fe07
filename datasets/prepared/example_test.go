package prepared_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/prepared"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// A log is prepared once, and then opened often.
func Example() {
	dir, err := os.MkdirTemp("", "ctrzoo-example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	log, folder := filepath.Join(dir, "log.csv"), filepath.Join(dir, "prepared")
	if err := os.WriteFile(log, []byte("click,site,item\n1,news,shoe\n0,news,hat\n0,sport,hat\n"), 0o600); err != nil {
		fmt.Println(err)
		return
	}

	ctx := context.Background()
	manifest, err := prepared.Write(ctx, folder, encode.Input{
		Schema: &schema.Schema{Label: "click", Fields: []schema.Field{{Name: "site"}, {Name: "item"}}},
		Files:  rawlog.Files{Train: []string{log}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(manifest.Parts[0].Name, manifest.Parts[0].Rows, "rows")

	set, err := prepared.Open(ctx, folder, prepared.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for batch := range set.Train.Batches(ctx, 3, nil) {
		fmt.Println(batch.IDs, batch.Labels)
	}
	// Output:
	// train 3 rows
	// [1 1 1 2 2 2] [1 0 0]
}
