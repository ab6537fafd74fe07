package encode_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ctrzoo/ctrzoo/datasets/encode"
	"github.com/ctrzoo/ctrzoo/datasets/rawlog"
	"github.com/ctrzoo/ctrzoo/datasets/schema"
)

// A CSV of one's own: describe it, read it, and encode new samples in the same way.
func Example() {
	s, err := schema.Parse([]byte("label: click\nfields: [{name: site}, {name: item}]"))
	if err != nil {
		fmt.Println(err)
		return
	}
	dir, err := os.MkdirTemp("", "ctrzoo-example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	train, visits := filepath.Join(dir, "train.csv"), filepath.Join(dir, "visits.csv")
	for path, text := range map[string]string{train: "click,site,item\n1,news,shoe\n0,news,hat\n", visits: "site,item\nnews,coat\nsport,hat\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			fmt.Println(err)
			return
		}
	}

	ctx := context.Background()
	set, err := encode.Open(ctx, s, rawlog.Files{Train: []string{train}}, encode.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for batch := range set.Train.Batches(ctx, 2, nil) {
		fmt.Println("ids", batch.IDs, "labels", batch.Labels)
	}
	for rows, err := range encode.ReadRows(ctx, set.Encoding, []string{visits}, encode.RowOptions{Size: 10}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("ids", rows.IDs)
	}
	// Output:
	// ids [1 1 1 2] labels [1 0]
	// ids [1 0 0 2]
}
